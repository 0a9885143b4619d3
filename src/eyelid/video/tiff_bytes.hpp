// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace eyelid::video {

/// Unsigned numbers of a TIFF block, as EXIF and MPF have one; 0 outside of it.
struct TiffBytes {
  std::span<const std::uint8_t> bytes;
  bool is_big_endian = false;

  std::uint32_t number(std::size_t offset, std::size_t count) const {
    if (offset > bytes.size() || bytes.size() - offset < count) return 0;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      value = value << 8 | bytes[offset + (is_big_endian ? i : count - 1 - i)];
    }
    return value;
  }
};

}  // namespace eyelid::video
