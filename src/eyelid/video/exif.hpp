// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>

namespace eyelid::video {

/// The orientation tag (1 to 8) of a JPEG, PNG (chunk eXIf), or WebP (chunk EXIF) file; 1 (upright)
/// if it has none or its EXIF block is malformed. Reads only within `picture`.
///
/// Sources: EXIF 2.3 (CIPA DC-008), tag 0x0112 of the first image file directory; PNG extensions
/// 1.5.0, 3.7; WebP container specification.
int exif_orientation(std::span<const std::uint8_t> picture);

}  // namespace eyelid::video
