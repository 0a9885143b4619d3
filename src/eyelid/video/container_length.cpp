// SPDX-License-Identifier: MIT
#include "eyelid/video/container_length.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace eyelid::video {
namespace {

// Fragmented recordings have about one box per second; a million is 10 days.
constexpr int kMaxParts = 1'000'000;
constexpr std::int64_t kMaxBytes = std::int64_t{1} << 62;

using Head = std::array<std::uint8_t, 16>;

std::uint64_t big_endian(const std::uint8_t* bytes, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | bytes[i];
  return value;
}

std::string_view name_at(const Head& head, std::size_t offset) {
  return {reinterpret_cast<const char*>(head.data()) + offset, 4};
}

/// Boxes: length (4), name (4), with length 1 the real one in 8 more bytes, 0 up to the end.
std::optional<std::int64_t> length_of_boxes(const ReadAt& read_at, std::int64_t file_size) {
  std::int64_t at = 0;
  for (int part = 0; part < kMaxParts && at < file_size; ++part) {
    Head head{};
    if (read_at(at, head) < 8) return file_size + 8;  // a truncated header
    std::uint64_t length = big_endian(head.data(), 4);
    if (length == 0) return std::nullopt;
    if (length == 1) length = big_endian(head.data() + 8, 8);
    if (length < 8 || length > static_cast<std::uint64_t>(kMaxBytes - at)) return std::nullopt;
    at += static_cast<std::int64_t>(length);
  }
  return at;
}

/// Chunks "RIFF", length (4, little endian), content padded to an even length.
std::optional<std::int64_t> length_of_riff(const ReadAt& read_at, std::int64_t file_size) {
  std::int64_t at = 0;
  for (int part = 0; part < kMaxParts && at < file_size; ++part) {
    Head head{};
    if (read_at(at, head) < 8 || name_at(head, 0) != "RIFF") break;  // bytes after the video
    const std::int64_t length =
        std::int64_t{head[7]} << 24 | head[6] << 16 | head[5] << 8 | head[4];
    if (length == 0) return std::nullopt;
    at += 8 + length + (length & 1);
  }
  return at;
}

/// Number of variable length at `offset`: the leading zero bits say how many bytes follow.
struct Vint {
  std::uint64_t value = 0;
  std::size_t bytes = 0;  // 0: malformed
  bool is_unknown = false;
};

Vint read_vint(const Head& head, std::size_t offset) {
  const std::uint8_t first = head[offset];
  if (first == 0) return {};
  std::size_t count = 1;
  while ((first & (0x80 >> (count - 1))) == 0) ++count;
  if (offset + count > head.size()) return {};
  const std::uint64_t mask = (std::uint64_t{1} << (7 * count)) - 1;
  const std::uint64_t value = big_endian(head.data() + offset, count) & mask;
  return {value, count, value == mask};
}

/// The EBML head, then one segment that holds everything.
std::optional<std::int64_t> length_of_segment(const ReadAt& read_at) {
  std::int64_t at = 0;
  for (const std::uint32_t id : {0x1a45dfa3u, 0x18538067u}) {
    Head head{};
    if (read_at(at, head) < 5 || big_endian(head.data(), 4) != id) return std::nullopt;
    const Vint length = read_vint(head, 4);
    if (length.bytes == 0 || length.is_unknown) return std::nullopt;
    at += 4 + static_cast<std::int64_t>(length.bytes) + static_cast<std::int64_t>(length.value);
  }
  return at;
}

}  // namespace

std::optional<std::int64_t> stated_length(const ReadAt& read_at, std::int64_t file_size) {
  Head head{};
  if (read_at(0, head) < head.size()) return std::nullopt;
  if (name_at(head, 0) == "RIFF" && name_at(head, 8) == "AVI ") {
    return length_of_riff(read_at, file_size);
  }
  if (big_endian(head.data(), 4) == 0x1a45dfa3u) return length_of_segment(read_at);
  constexpr std::array<std::string_view, 6> kFirstBoxes = {
      "ftyp", "moov", "mdat", "wide", "free", "skip"};
  if (std::find(kFirstBoxes.begin(), kFirstBoxes.end(), name_at(head, 4)) != kFirstBoxes.end()) {
    return length_of_boxes(read_at, file_size);
  }
  return std::nullopt;
}

}  // namespace eyelid::video
