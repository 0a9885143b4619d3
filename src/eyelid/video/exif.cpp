// SPDX-License-Identifier: MIT
#include "eyelid/video/exif.hpp"

#include <cstddef>
#include <cstring>
#include <string_view>

#include "eyelid/video/picture_chunks.hpp"
#include "eyelid/video/tiff_bytes.hpp"

namespace eyelid::video {
namespace {

int orientation_in_tiff(std::span<const std::uint8_t> bytes) {
  constexpr std::uint32_t kOrientationTag = 0x0112;
  if (bytes.size() < 8) return 1;
  const TiffBytes tiff{bytes, bytes[0] == 'M'};
  const std::size_t directory = tiff.number(4, 4);
  const std::uint32_t entries = tiff.number(directory, 2);
  for (std::uint32_t i = 0; i < entries; ++i) {
    const std::size_t entry = directory + 2 + std::size_t{12} * i;
    if (tiff.number(entry, 2) != kOrientationTag) continue;
    const std::uint32_t value = tiff.number(entry + 8, 2);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

/// Some writers keep the prefix that JPEG needs.
bool starts_with_exif(std::span<const std::uint8_t> content) {
  return content.size() > 6 && std::memcmp(content.data(), "Exif\0\0", 6) == 0;
}

int orientation_of_jpeg(std::span<const std::uint8_t> jpeg) {
  // Segments: ff, marker, length (2 bytes, counts itself), content.
  std::size_t at = 2;
  while (at + 4 <= jpeg.size() && jpeg[at] == 0xff) {
    const std::uint8_t marker = jpeg[at + 1];
    if (marker == 0xda) return 1;  // pixels begin
    const std::size_t length = static_cast<std::size_t>(jpeg[at + 2] << 8 | jpeg[at + 3]);
    if (length < 2 || at + 2 + length > jpeg.size()) return 1;
    const auto content = jpeg.subspan(at + 4, length - 2);
    if (marker == 0xe1 && starts_with_exif(content)) return orientation_in_tiff(content.subspan(6));
    at += 2 + length;
  }
  return 1;
}

}  // namespace

int exif_orientation(std::span<const std::uint8_t> picture) {
  if (picture.size() < 12) return 1;
  if (picture[0] == 0xff) return orientation_of_jpeg(picture);
  int orientation = 1;
  for_each_chunk(picture, [&](std::string_view name, std::span<const std::uint8_t> content) {
    if (name == "eXIf") orientation = orientation_in_tiff(content);
    if (name == "EXIF") {
      orientation = orientation_in_tiff(starts_with_exif(content) ? content.subspan(6) : content);
    }
  });
  return orientation;
}

}  // namespace eyelid::video
