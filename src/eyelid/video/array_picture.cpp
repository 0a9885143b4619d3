// SPDX-License-Identifier: MIT
#include "eyelid/video/array_picture.hpp"

#include <fmt/format.h>

#include <new>

#include "eyelid/core/error.hpp"

namespace eyelid::video {
namespace {

AVPixelFormat format_of(const ArrayPicture& picture) {
  switch (picture.order) {
    case SampleOrder::Gray:
      return picture.has_16_bits ? AV_PIX_FMT_GRAY16 : AV_PIX_FMT_GRAY8;
    case SampleOrder::Rgb:
      return picture.has_16_bits ? AV_PIX_FMT_RGB48 : AV_PIX_FMT_RGB24;
    case SampleOrder::Bgr:
      return picture.has_16_bits ? AV_PIX_FMT_BGR48 : AV_PIX_FMT_BGR24;
    case SampleOrder::Rgba:
      return picture.has_16_bits ? AV_PIX_FMT_RGBA64 : AV_PIX_FMT_RGBA;
    case SampleOrder::Bgra:
      break;
  }
  return picture.has_16_bits ? AV_PIX_FMT_BGRA64 : AV_PIX_FMT_BGRA;
}

}  // namespace

void check_size(const ArrayPicture& picture, const std::string& name) {
  const auto area = static_cast<std::int64_t>(picture.width) * picture.height;
  if (picture.width >= 1 && picture.height >= 1 && picture.width <= kMaxSide_px &&
      picture.height <= kMaxSide_px && area <= kMaxArea_px) {
    return;
  }
  throw InputError(
      fmt::format("{}: a picture of {} x {} pixels, expected 1 to {} a side and at most {} in all",
                  name,
                  picture.width,
                  picture.height,
                  kMaxSide_px,
                  kMaxArea_px));
}

ArrayReader::ArrayReader() : frame_(av_frame_alloc()) {
  if (!frame_) throw std::bad_alloc();
}

void ArrayReader::look_at(const ArrayPicture& picture) {
  frame_->format = format_of(picture);
  frame_->width = picture.width;
  frame_->height = picture.height;
  // LumaReader only reads.
  frame_->data[0] =
      const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(picture.pixels));
  frame_->linesize[0] = static_cast<int>(picture.stride);
}

void ArrayReader::read(const ArrayPicture& picture,
                       int used_bits,
                       const std::string& name,
                       GrayImage& image) {
  check_size(picture, name);
  look_at(picture);
  LumaReader(used_bits).read(*frame_, name, image);
}

int ArrayReader::largest_of_16_bits(const ArrayPicture& picture) {
  look_at(picture);
  return video::largest_of_16_bits(*frame_).value_or(0);
}

}  // namespace eyelid::video
