// SPDX-License-Identifier: MIT
#include "eyelid/core/image.hpp"

#include <cstring>
#include <new>
#include <utility>

#include "eyelid/core/error.hpp"

namespace eyelid {
namespace {
constexpr std::size_t kAlignment = 64;
}

void GrayImage::Free::operator()(std::uint8_t* memory) const {
  ::operator delete[](memory, std::align_val_t{kAlignment});
}

GrayImage::GrayImage(int width, int height) { resize(width, height); }

GrayImage::GrayImage(GrayImage&& other) noexcept { *this = std::move(other); }

GrayImage& GrayImage::operator=(GrayImage&& other) noexcept {
  pixels_ = std::move(other.pixels_);
  capacity_ = std::exchange(other.capacity_, 0);
  width_ = std::exchange(other.width_, 0);
  height_ = std::exchange(other.height_, 0);
  stride_ = std::exchange(other.stride_, 0);
  return *this;
}

void GrayImage::resize(int width, int height) {
  EYELID_EXPECTS(width > 0 && height > 0);
  const std::size_t stride =
      (static_cast<std::size_t>(width) + kAlignment - 1) / kAlignment * kAlignment;
  const std::size_t bytes = stride * static_cast<std::size_t>(height) + kImageSlack;
  if (bytes > capacity_) {
    pixels_.reset(
        static_cast<std::uint8_t*>(::operator new[](bytes, std::align_val_t{kAlignment})));
    capacity_ = bytes;
    // Vector code may read padding and slack: give it defined bytes once.
    std::memset(pixels_.get(), 0, bytes);
  }
  width_ = width;
  height_ = height;
  stride_ = static_cast<std::ptrdiff_t>(stride);
}

GrayImage GrayImage::copy() const {
  GrayImage result;
  if (is_empty()) return result;
  result.resize(width_, height_);
  for (int y = 0; y < height_; ++y) {
    std::memcpy(result.row(y), row(y), static_cast<std::size_t>(width_));
  }
  return result;
}

}  // namespace eyelid
