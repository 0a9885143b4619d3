// SPDX-License-Identifier: MIT
#include "eyelid/video/picture_chunks.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <string>

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

int pictures_in(std::span<const std::uint8_t> picture) {
  std::string_view rest = text_of(picture);
  int pictures = 0;
  if (rest.starts_with('P')) {
    for (std::size_t size = size_of_portable_map(rest); size > 0 && size <= rest.size();
         size = size_of_portable_map(rest)) {
      ++pictures;
      rest.remove_prefix(size);
    }
    return std::max(pictures, 1);
  }
  for_each_chunk(picture, [&](std::string_view name, std::span<const std::uint8_t> content) {
    if (name == "acTL" && content.size() >= 4) {
      pictures = static_cast<int>(std::min<std::size_t>(number_at(content, 0, true), 1'000'000));
    }
    if (name == "ANMF") ++pictures;
  });
  return std::max(pictures, 1);
}

}  // namespace eyelid::video
