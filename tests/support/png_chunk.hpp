// SPDX-License-Identifier: MIT
#pragma once

#include <libdeflate.h>

#include <cstdint>
#include <string>

namespace eyelid {

/// The 4 bytes of a number in a PNG file.
inline std::string png_number(std::uint32_t value) {
  std::string bytes;
  for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(value >> shift & 255);
  return bytes;
}

/// A chunk of a PNG file, with its length and checksum.
inline std::string png_chunk(const std::string& name, const std::string& content) {
  const std::string checked = name + content;
  return png_number(static_cast<std::uint32_t>(content.size())) + checked +
         png_number(libdeflate_crc32(0, checked.data(), checked.size()));
}

}  // namespace eyelid
