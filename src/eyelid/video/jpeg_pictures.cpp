// SPDX-License-Identifier: MIT
#include "eyelid/video/jpeg_pictures.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "eyelid/video/tiff_bytes.hpp"

namespace eyelid::video {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::uint8_t kStartOfImage = 0xd8, kEndOfImage = 0xd9, kStartOfScan = 0xda;

/// One picture among the bytes of a file.
struct Picture {
  std::size_t end = 0;               // behind its last byte
  std::uint32_t height_width = 0;    // 16 bits each
  bool is_map = false;               // gain or depth of another picture, by its own words
  bool lists_parts = false;          // everything behind it belongs to it
  std::map<std::size_t, int> types;  // of the pictures in its index, by their place in the file
};

bool begins_at(Bytes file, std::size_t at) {
  return at + 3 <= file.size() && file[at] == 0xff && file[at + 1] == kStartOfImage &&
         file[at + 2] == 0xff;
}

/// The index of an MPO file: kind and place of each picture. `begin`: of the block in the file.
void read_index(Bytes block, std::size_t begin, std::map<std::size_t, int>& types) {
  constexpr std::uint32_t kEntriesTag = 0xb002;
  constexpr std::size_t kEntry_bytes = 16;
  if (block.size() < 8) return;
  const TiffBytes tiff{block, block[0] == 'M'};
  const std::size_t directory = tiff.number(4, 4);
  for (std::uint32_t i = 0; i < tiff.number(directory, 2); ++i) {
    const std::size_t field = directory + 2 + std::size_t{12} * i;
    if (tiff.number(field, 2) != kEntriesTag) continue;
    const std::size_t entries = tiff.number(field + 8, 4);
    const std::size_t bytes = std::min<std::size_t>(tiff.number(field + 4, 4), block.size());
    for (std::size_t k = kEntry_bytes; k + kEntry_bytes <= bytes; k += kEntry_bytes) {
      const std::uint32_t offset = tiff.number(entries + k + 8, 4);
      if (offset > 0)
        types[begin + offset] = static_cast<int>(tiff.number(entries + k, 4) & 0xffffff);
    }
  }
}

void read_segment(std::uint8_t marker, Bytes content, std::size_t begin, Picture& picture) {
  const std::string_view text(reinterpret_cast<const char*>(content.data()), content.size());
  const auto has = [&](std::string_view word) { return text.find(word) != std::string_view::npos; };
  const bool is_frame_header =
      marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
  if (is_frame_header && content.size() >= 5) {
    picture.height_width = TiffBytes{content, true}.number(1, 4);
  } else if (marker == 0xe1 && text.starts_with("http://ns.adobe.com/xap/1.0/")) {
    picture.lists_parts = picture.lists_parts || has("Container:Directory");
    picture.is_map = picture.is_map || has("hdrgm:") || has("AuxiliaryImageType");
  } else if (marker == 0xe2 && text.starts_with("urn:iso:std:iso:ts:21496")) {
    picture.is_map = true;
  } else if (marker == 0xe2 && text.starts_with(std::string_view("MPF\0", 4))) {
    read_index(content.subspan(4), begin + 4, picture.types);
  }
}

/// The next marker that ends the pixels of a scan.
std::size_t end_of_scan(Bytes file, std::size_t at) {
  while (at + 1 < file.size()) {
    const void* found = std::memchr(file.data() + at, 0xff, file.size() - at - 1);
    if (found == nullptr) break;
    at = static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - file.data());
    const std::uint8_t next = file[at + 1];
    const bool is_restart = next >= 0xd0 && next <= 0xd7;
    if (next != 0x00 && next != 0xff && !is_restart) return at;
    ++at;
  }
  return file.size();
}

/// The picture that begins at `at`; nothing when it does not end in the file.
std::optional<Picture> read_picture(Bytes file, std::size_t at) {
  Picture picture;
  at += 2;
  while (at + 2 <= file.size()) {
    if (file[at] != 0xff) return std::nullopt;
    const std::uint8_t marker = file[at + 1];
    if (marker == 0xff) {  // fill byte
      ++at;
      continue;
    }
    if (marker == kEndOfImage) {
      picture.end = at + 2;
      return picture;
    }
    if (at + 4 > file.size()) return std::nullopt;
    const std::size_t length = TiffBytes{file, true}.number(at + 2, 2);
    if (length < 2 || length > file.size() - at - 2) return std::nullopt;
    read_segment(marker, file.subspan(at + 4, length - 2), at + 4, picture);
    at += 2 + length;
    if (marker == kStartOfScan) at = end_of_scan(file, at);
  }
  return std::nullopt;
}

/// Whether a picture behind the first is a frame of its own.
bool is_frame(const Picture& picture, const Picture& first, std::optional<int> type) {
  if (picture.is_map) return false;
  if (!type) return true;
  constexpr int kUndefined = 0, kPreview = 1, kOriginal = 4, kGainMap = 5;
  const int type_class = *type >> 16;
  if (*type == kUndefined) return picture.height_width == first.height_width;
  return type_class != kPreview && type_class != kOriginal && type_class != kGainMap;
}

}  // namespace

int pictures_in_jpeg(Bytes file) {
  if (!begins_at(file, 0)) return 1;
  const std::optional<Picture> first = read_picture(file, 0);
  if (!first || first->lists_parts) return 1;
  int frames = 1;
  std::set<std::size_t> seen;
  const auto add = [&](std::size_t at) -> std::size_t {
    const auto found = first->types.find(at);
    const std::optional<int> type =
        found == first->types.end() ? std::optional<int>() : found->second;
    const std::optional<Picture> picture = read_picture(file, at);
    if (seen.insert(at).second) frames += picture ? is_frame(*picture, *first, type) : !type;
    if (!picture) return file.size();  // cut off
    return picture->end;
  };
  for (std::size_t at = first->end; at < file.size();) {
    while (at < file.size() && file[at] == 0) ++at;
    if (!begins_at(file, at)) break;
    at = add(at);
  }
  for (const auto& [at, type] : first->types) {
    if (begins_at(file, at)) add(at);
  }
  return frames;
}

}  // namespace eyelid::video
