// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "eyelid/core/image.hpp"
#include "eyelid/films/rgb_picture.hpp"

namespace eyelid::films {

/// An image as JPEG file bytes; `quality` 1 .. 100. The same pixels give the same bytes.
///
/// The image must not be empty. Errors: Error with the reason of libjpeg-turbo.
std::vector<std::uint8_t> gray_jpeg(const FrameView& image, int quality);
/// The same in color, at full resolution of the color.
std::vector<std::uint8_t> rgb_jpeg(const RgbView& image, int quality);

}  // namespace eyelid::films
