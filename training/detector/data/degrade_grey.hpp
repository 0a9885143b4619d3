// SPDX-License-Identifier: MIT
#pragma once

#include <array>

#include "eyelid/synthesis/random.hpp"
#include "training/detector/data/canvas.hpp"

namespace eyelid::training {

inline constexpr std::size_t kCanvasPixels = std::size_t{kDetectorSide} * kDetectorSide;
/// Grey levels 0 .. 255, row by row.
using GreyPlane = std::array<float, kCanvasPixels>;

/// Grey as some camera would make it of these colours: luma, or another mix of the channels (an
/// infrared camera sees mostly red).
void grey_at_random(const ColourCanvas& canvas, synthesis::Random& random, GreyPlane& plane);

/// Turns a clean picture into one of a worse recording: light from one side, gamma, contrast down
/// to almost none or burnt out, flicker of lamps, blur and motion, few pixels enlarged, noise,
/// JPEG. Every eighth picture stays as it is. Values stay within 0 .. 255.
void degrade_recording(synthesis::Random& random, GreyPlane& plane);

/// Hides a part of an area: a grey, noisy or torn-off rectangle.
void cut_out(const CanvasArea& area, synthesis::Random& random, GreyPlane& plane);

}  // namespace eyelid::training
