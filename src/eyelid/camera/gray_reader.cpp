// SPDX-License-Identifier: MIT
#include "eyelid/camera/gray_reader.hpp"

#include <turbojpeg.h>

#include <algorithm>
#include <bit>

#include "eyelid/core/error.hpp"

namespace eyelid::camera {
namespace {

int stored_bits(PixelLayout layout) {
  switch (layout) {
    case PixelLayout::Gray10:
      return 10;
    case PixelLayout::Gray12:
      return 12;
    case PixelLayout::Gray14:
      return 14;
    default:
      return 8;
  }
}

std::size_t bytes_of_row(PixelLayout layout, int width) {
  return static_cast<std::size_t>(width) * (layout == PixelLayout::Gray8 ? 1 : 2);
}

unsigned wide_value(const std::uint8_t* pixel) { return pixel[0] + 256u * pixel[1]; }

unsigned largest_value(const RawPicture& raw, int width, int height) {
  unsigned largest = 0;
  for (int y = 0; y < height; ++y) {
    const std::uint8_t* row = raw.bytes + y * raw.stride;
    for (int x = 0; x < width; ++x) largest = std::max(largest, wide_value(row + 2 * x));
  }
  return largest;
}

}  // namespace

void GrayReader::FreeDecoder::operator()(void* decoder) const { tjDestroy(decoder); }

GrayReader::GrayReader(PixelLayout layout, int width, int height)
    : layout_(layout), width_(width), height_(height), bits_in_use_(stored_bits(layout)) {
  EYELID_EXPECTS(width > 0 && height > 0);
  if (layout != PixelLayout::Gray8) image_.resize(width, height);
  if (layout == PixelLayout::Jpeg) {
    decoder_.reset(tjInitDecompress());
    if (!decoder_) throw Error("libjpeg-turbo cannot start a decoder, expected free memory");
  }
}

GrayReader::~GrayReader() = default;

FrameView GrayReader::read(const RawPicture& raw) {
  if (layout_ == PixelLayout::Jpeg) return read_jpeg(raw) ? image_.view() : FrameView{};
  const std::size_t needed =
      static_cast<std::size_t>(raw.stride) * static_cast<std::size_t>(height_ - 1) +
      bytes_of_row(layout_, width_);
  if (raw.size < needed) return {};
  switch (layout_) {
    case PixelLayout::Gray8:
      return {raw.bytes, width_, height_, raw.stride};
    case PixelLayout::Yuyv:
      read_every_second_byte(raw, 0);
      break;
    case PixelLayout::Uyvy:
      read_every_second_byte(raw, 1);
      break;
    default:
      read_wide(raw);
  }
  return image_.view();
}

void GrayReader::read_wide(const RawPicture& raw) {
  if (layout_ == PixelLayout::Gray16 && bits_in_use_ < 16) {
    const auto bits = static_cast<int>(std::bit_width(largest_value(raw, width_, height_)));
    bits_in_use_ = std::max(bits_in_use_, (bits + 1) / 2 * 2);
  }
  const int shift = bits_in_use_ - 8;
  for (int y = 0; y < height_; ++y) {
    const std::uint8_t* from = raw.bytes + y * raw.stride;
    std::uint8_t* to = image_.row(y);
    for (int x = 0; x < width_; ++x) {
      to[x] = static_cast<std::uint8_t>(std::min(wide_value(from + 2 * x) >> shift, 255u));
    }
  }
}

void GrayReader::read_every_second_byte(const RawPicture& raw, int first) {
  for (int y = 0; y < height_; ++y) {
    const std::uint8_t* from = raw.bytes + y * raw.stride + first;
    std::uint8_t* to = image_.row(y);
    for (int x = 0; x < width_; ++x) to[x] = from[2 * x];
  }
}

bool GrayReader::read_jpeg(const RawPicture& raw) {
  const auto bytes = static_cast<unsigned long>(raw.size);  // NOLINT: TurboJPEG's type
  int width = 0;
  int height = 0;
  int subsampling = 0;
  int colors = 0;
  if (tjDecompressHeader3(
          decoder_.get(), raw.bytes, bytes, &width, &height, &subsampling, &colors) != 0 ||
      width != width_ || height != height_) {
    return false;
  }
  // A warning, too, means that a part of the picture did not come.
  return tjDecompress2(decoder_.get(),
                       raw.bytes,
                       bytes,
                       image_.row(0),
                       width_,
                       static_cast<int>(image_.stride()),
                       height_,
                       TJPF_GRAY,
                       TJFLAG_ACCURATEDCT) == 0;
}

}  // namespace eyelid::camera
