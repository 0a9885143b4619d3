// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>

namespace eyelid::video {

/// The orientation tag (1 to 8) of a JPEG file; 1 (upright) if it has none or its EXIF block is
/// malformed. Reads only within `jpeg`.
///
/// Source: EXIF 2.3 (CIPA DC-008), tag 0x0112 of the first image file directory.
int exif_orientation(std::span<const std::uint8_t> jpeg);

}  // namespace eyelid::video
