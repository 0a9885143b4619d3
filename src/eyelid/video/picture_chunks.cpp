// SPDX-License-Identifier: MIT
#include "eyelid/video/picture_chunks.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <string>

#include "eyelid/video/jpeg_pictures.hpp"

namespace eyelid::video {
namespace {

std::string_view text_of(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::size_t number_at(std::span<const std::uint8_t> bytes, std::size_t at, bool is_big_endian) {
  std::size_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | bytes[at + (is_big_endian ? i : 3 - i)];
  return value;
}

/// Bytes of a binary portable map: header and pixels; 0 for text and malformed ones. Comments in
/// headers are rare and end the count.
std::size_t size_of_portable_map(std::string_view file) {
  if (file.size() < 3 || file[0] != 'P' || (file[1] != '5' && file[1] != '6')) return 0;
  std::size_t numbers[3] = {};
  const std::string header(file.substr(2, 64));  // strtoul must end within the text
  const char* text = header.c_str();
  for (std::size_t& number : numbers) {
    char* end = nullptr;
    number = std::strtoul(text, &end, 10);
    if (end == text || number == 0 || number > 1'000'000) return 0;
    text = end;
  }
  const std::size_t samples = numbers[0] * numbers[1] * (file[1] == '6' ? 3 : 1);
  const auto header_bytes = static_cast<std::size_t>(text - header.c_str());
  return 2 + header_bytes + 1 + samples * (numbers[2] > 255 ? 2 : 1);
}

/// Bytes of a PNG file with its last chunk; 0 where that is missing.
std::size_t size_of_png(std::span<const std::uint8_t> file) {
  std::size_t size = 0;
  for_each_chunk(file, [&](std::string_view name, std::span<const std::uint8_t> content) {
    constexpr std::size_t kChecksum_bytes = 4;
    if (name != "IEND" || size > 0) return;
    size =
        static_cast<std::size_t>(content.data() - file.data()) + content.size() + kChecksum_bytes;
  });
  return size;
}

/// Bytes of a BMP file: as it states, which may include padding, or those of its pixels where they
/// are not compressed and another picture follows them. 0 for malformed ones.
std::size_t size_of_bmp(std::span<const std::uint8_t> file) {
  constexpr std::size_t kHeaders_bytes = 54;
  if (file.size() < kHeaders_bytes) return 0;
  const auto is_bmp_at = [&](std::size_t at) {
    return at < file.size() && file.size() - at >= kHeaders_bytes &&
           text_of(file).substr(at, 2) == "BM" && number_at(file, at + 6, false) == 0 &&
           number_at(file, at + 14, false) <= 124;
  };
  const std::size_t stated = number_at(file, 2, false);
  if (stated >= kHeaders_bytes && is_bmp_at(stated)) return stated;
  const auto height = static_cast<std::int32_t>(number_at(file, 22, false));
  const std::size_t rows = static_cast<std::size_t>(std::abs(static_cast<std::int64_t>(height)));
  const std::size_t bits = number_at(file, 28, false) & 0xffff;
  const std::size_t row_bytes = (bits * number_at(file, 18, false) + 31) / 32 * 4;
  const std::size_t pixels_end = number_at(file, 10, false) + rows * row_bytes;
  const bool is_compressed = number_at(file, 30, false) != 0;
  return !is_compressed && pixels_end >= kHeaders_bytes && is_bmp_at(pixels_end) ? pixels_end
                                                                                 : file.size();
}

std::size_t size_of_webp(std::span<const std::uint8_t> file) {
  if (file.size() < 12) return 0;
  const std::size_t content = number_at(file, 4, false);
  return 8 + content + content % 2;
}

/// Bytes of the first picture of a file of several; 0 where they cannot be told.
std::size_t size_of_picture(std::span<const std::uint8_t> file) {
  const std::string_view text = text_of(file);
  if (text.starts_with("\x89PNG")) return size_of_png(file);
  if (text.starts_with("RIFF")) return size_of_webp(file);
  if (text.starts_with("BM")) return size_of_bmp(file);
  return size_of_portable_map(text);
}

}  // namespace

void for_each_chunk(std::span<const std::uint8_t> picture,
                    const std::function<void(std::string_view name,
                                             std::span<const std::uint8_t> content)>& visit) {
  const std::string_view text = text_of(picture);
  const bool is_png = text.starts_with("\x89PNG");
  if (!is_png && !(text.starts_with("RIFF") && text.substr(0, 12).ends_with("WEBP"))) return;
  // PNG: length, name, content, checksum. RIFF: name, length, content padded to an even length.
  std::size_t at = is_png ? 8 : 12;
  while (at + 8 <= picture.size()) {
    const std::size_t length = number_at(picture, is_png ? at : at + 4, is_png);
    if (length > picture.size() - at - 8) return;
    visit(text.substr(is_png ? at + 4 : at, 4), picture.subspan(at + 8, length));
    at += 8 + length + (is_png ? 4 : length % 2);
  }
}

int frames_of_animation(std::span<const std::uint8_t> picture) {
  int frames = 0;
  for_each_chunk(picture, [&](std::string_view name, std::span<const std::uint8_t> content) {
    if (name == "acTL" && content.size() >= 4) {
      frames = static_cast<int>(std::min<std::size_t>(number_at(content, 0, true), 1'000'000));
    }
    if (name == "ANMF") ++frames;
  });
  return frames;
}

int pictures_in(std::span<const std::uint8_t> picture) {
  if (text_of(picture).starts_with("\xff\xd8")) return pictures_in_jpeg(picture);
  int pictures = 0;
  for (std::span<const std::uint8_t> rest = picture; !rest.empty();) {
    const std::size_t size = size_of_picture(rest);
    if (size == 0 || size > rest.size()) break;
    pictures += std::max(frames_of_animation(rest.first(size)), 1);
    rest = rest.subspan(size);
  }
  // A picture that is cut off counts as what it says.
  return std::max({pictures, frames_of_animation(picture), 1});
}

}  // namespace eyelid::video
