// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>

#include "eyelid/core/image.hpp"

namespace eyelid::video {

/// Decodes the PNG file that cameras and scripts write: 8 bits, gray, not interlaced, with nothing
/// that changes its pixels. libdeflate takes half of zlib's time.
///
/// False, and `image` undefined, for every other file and for the least damage (checksums, lengths,
/// filters): FFmpeg then decodes it or says what is wrong. Throws std::bad_alloc.
///
/// Source: Portable Network Graphics, W3C Recommendation, second edition (2003), chapters 5 and 9.
bool decode_gray_png(std::span<const std::uint8_t> file, GrayImage& image);

}  // namespace eyelid::video
