// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace eyelid {

/// Bytes that may be read behind the last pixel of every image of this library, so that vector code
/// can load whole registers at the right edge of the last row.
inline constexpr std::size_t kImageSlack = 64;

/// A gray image seen through someone else's memory: 8 bits per pixel, 0 black .. 255 white.
///
/// Row y starts at `pixels + y * stride`; stride >= width, in bytes. `kImageSlack` bytes behind the
/// last pixel must be readable. The owner must outlive the view.
struct FrameView {
  const std::uint8_t* pixels = nullptr;
  int width = 0;
  int height = 0;
  std::ptrdiff_t stride = 0;

  const std::uint8_t* row(int y) const { return pixels + y * stride; }
  bool is_empty() const { return width <= 0 || height <= 0; }
};

/// A gray image that owns its pixels: rows aligned to 64 bytes, `kImageSlack` bytes behind the
/// last.
///
/// Move-only; `copy()` is the named copy. `resize()` keeps the memory when it suffices, so that a
/// recycled image costs no allocation.
class GrayImage {
 public:
  GrayImage() = default;
  /// Pixels are not initialized. Width and height must be positive.
  GrayImage(int width, int height);

  GrayImage(GrayImage&& other) noexcept;
  GrayImage& operator=(GrayImage&& other) noexcept;
  GrayImage(const GrayImage&) = delete;
  GrayImage& operator=(const GrayImage&) = delete;

  void resize(int width, int height);
  GrayImage copy() const;

  int width() const { return width_; }
  int height() const { return height_; }
  std::ptrdiff_t stride() const { return stride_; }
  bool is_empty() const { return width_ == 0; }
  std::uint8_t* row(int y) { return pixels_.get() + y * stride_; }
  const std::uint8_t* row(int y) const { return pixels_.get() + y * stride_; }

  FrameView view() const { return {pixels_.get(), width_, height_, stride_}; }
  operator FrameView() const { return view(); }  // NOLINT: an image is its own view

 private:
  struct Free {
    void operator()(std::uint8_t* memory) const;
  };
  std::unique_ptr<std::uint8_t[], Free> pixels_;
  std::size_t capacity_ = 0;  // bytes
  int width_ = 0;
  int height_ = 0;
  std::ptrdiff_t stride_ = 0;
};

}  // namespace eyelid
