// SPDX-License-Identifier: MIT
#include "eyelid/video/gray_png.hpp"

#include <libdeflate.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>
#include <vector>

#include "eyelid/video/ffmpeg_handles.hpp"
#include "eyelid/video/picture_chunks.hpp"

namespace eyelid::video {
namespace {

using Bytes = std::span<const std::uint8_t>;

struct FreeDecompressor {
  void operator()(libdeflate_decompressor* decompressor) const {
    libdeflate_free_decompressor(decompressor);
  }
};

std::uint32_t number_at(const std::uint8_t* bytes) {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 |
         std::uint32_t{bytes[2]} << 8 | bytes[3];
}

/// What a plain gray file consists of.
class Chunks {
 public:
  explicit Chunks(Bytes file) : file_(file) {
    for_each_chunk(file, [&](std::string_view name, Bytes content) { take(name, content); });
  }

  bool is_plain() const { return is_plain_ && has_end_ && !header_.empty() && !data_.empty(); }
  std::uint32_t width() const { return number_at(header_.data()); }
  std::uint32_t height() const { return number_at(header_.data() + 4); }
  /// In one piece.
  Bytes data() {
    if (data_.size() == 1) return data_.front();
    for (const Bytes part : data_) joined_.insert(joined_.end(), part.begin(), part.end());
    return joined_;
  }

 private:
  void take(std::string_view name, Bytes content) {
    if (has_end_ || !is_plain_) return;  // what comes after the end is not part of the picture
    const std::uint8_t* end = content.data() + content.size();
    const bool has_checksum = file_.data() + file_.size() - end >= 4;
    is_plain_ = has_checksum &&
                libdeflate_crc32(0, name.data(), name.size() + content.size()) == number_at(end);
    if (!is_plain_) return;
    if (name == "IHDR") {
      constexpr std::uint8_t kPlain[] = {8, 0, 0, 0, 0};  // bits, color, and three methods
      is_plain_ = header_.empty() && content.size() == 13 &&
                  std::memcmp(content.data() + 8, kPlain, sizeof kPlain) == 0;
      header_ = content;
    } else if (name == "IDAT") {
      is_plain_ = !is_after_data_;
      data_.push_back(content);
    } else if (name == "IEND") {
      has_end_ = true;
    } else {
      // Capital letters: without it the picture cannot be understood. Transparency changes pixels.
      is_plain_ = (name[0] & 0x20) != 0 && name != "tRNS";
      is_after_data_ = !data_.empty();
    }
    is_plain_ = is_plain_ && !header_.empty();  // the first one
  }

  Bytes file_;
  Bytes header_;
  std::vector<Bytes> data_;
  std::vector<std::uint8_t> joined_;
  bool is_plain_ = true, has_end_ = false, is_after_data_ = false;
};

/// The neighbor on the left, above, or above on the left that is nearest to left + above - corner.
std::uint8_t paeth(int left, int above, int corner) {
  const int to_left = std::abs(above - corner), to_above = std::abs(left - corner);
  const int to_corner = std::abs(left + above - 2 * corner);
  if (to_left <= to_above && to_left <= to_corner) return static_cast<std::uint8_t>(left);
  return static_cast<std::uint8_t>(to_above <= to_corner ? above : corner);
}

/// Adds what a filter predicts of each pixel. False: there is no such filter.
bool undo_filter(std::uint8_t filter,
                 const std::uint8_t* source,
                 const std::uint8_t* above,
                 std::size_t width,
                 std::uint8_t* row) {
  const auto add = [&](auto prediction) {
    std::uint8_t left = 0, corner = 0;
    for (std::size_t x = 0; x < width; ++x) {
      left = static_cast<std::uint8_t>(source[x] + prediction(left, above[x], corner));
      corner = above[x];
      row[x] = left;
    }
    return true;
  };
  switch (filter) {
    case 0:
      std::memcpy(row, source, width);
      return true;
    case 1:
      return add([](int left, int, int) { return left; });
    case 2:
      return add([](int, int up, int) { return up; });
    case 3:
      return add([](int left, int up, int) { return (left + up) / 2; });
    case 4:
      return add(paeth);
    default:
      return false;
  }
}

}  // namespace

bool decode_gray_png(Bytes file, GrayImage& image) {
  Chunks chunks(file);
  if (!chunks.is_plain()) return false;
  const std::size_t width = chunks.width(), height = chunks.height();
  if (width < 1 || height < 1 || width > std::size_t{kMaxSide_px} ||
      height > std::size_t{kMaxSide_px} || width * height > std::size_t{kMaxArea_px}) {
    return false;
  }
  const std::unique_ptr<libdeflate_decompressor, FreeDecompressor> decompressor(
      libdeflate_alloc_decompressor());
  if (!decompressor) throw std::bad_alloc();
  const std::size_t size = (width + 1) * height;  // each row begins with its filter
  const auto filtered = std::make_unique_for_overwrite<std::uint8_t[]>(size);
  const Bytes data = chunks.data();
  std::size_t consumed = 0;
  const auto result = libdeflate_zlib_decompress_ex(
      decompressor.get(), data.data(), data.size(), filtered.get(), size, &consumed, nullptr);
  if (result != LIBDEFLATE_SUCCESS || consumed != data.size()) return false;

  image.resize(static_cast<int>(width), static_cast<int>(height));
  const std::vector<std::uint8_t> nothing(width);
  const std::uint8_t* above = nothing.data();
  for (std::size_t y = 0; y < height; ++y) {
    const std::uint8_t* source = filtered.get() + y * (width + 1);
    std::uint8_t* row = image.row(static_cast<int>(y));
    if (!undo_filter(source[0], source + 1, above, width, row)) return false;
    above = row;
  }
  return true;
}

}  // namespace eyelid::video
