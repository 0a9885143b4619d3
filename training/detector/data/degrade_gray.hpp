// SPDX-License-Identifier: MIT
#pragma once

#include <array>

#include "eyelid/synthesis/random.hpp"
#include "training/detector/data/canvas.hpp"

namespace eyelid::training {

inline constexpr std::size_t kCanvasPixels = std::size_t{kDetectorSide} * kDetectorSide;
/// Gray levels 0 .. 255, row by row.
using GrayPlane = std::array<float, kCanvasPixels>;

/// Gray as some camera would make it of these colors: luma, or another mix of the channels (an
/// infrared camera sees mostly red).
void gray_at_random(const ColorCanvas& canvas, synthesis::Random& random, GrayPlane& plane);

/// Turns a clean picture into one of a worse recording: light from one side, gamma, contrast down
/// to almost none or burnt out, flicker of lamps, blur and motion, few pixels enlarged, noise,
/// JPEG. Every eighth picture stays as it is. Values stay within 0 .. 255.
void degrade_recording(synthesis::Random& random, GrayPlane& plane);

/// Hides a part of an area: a gray, noisy or torn-off rectangle.
void cut_out(const CanvasArea& area, synthesis::Random& random, GrayPlane& plane);

}  // namespace eyelid::training
