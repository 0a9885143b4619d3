// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "eyelid/core/image.hpp"
#include "eyelid/films/rgb_picture.hpp"

namespace eyelid::films {

/// Encodes an image as a JPEG file; `quality` 1 .. 100. The same pixels give the same bytes.
///
/// The image must not be empty. Errors: Error with libjpeg-turbo's reason.
std::vector<std::uint8_t> gray_jpeg(const FrameView& image, int quality);
/// The same in color, without chroma subsampling.
std::vector<std::uint8_t> rgb_jpeg(const RgbView& image, int quality);

}  // namespace eyelid::films
