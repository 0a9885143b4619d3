// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "eyelid/core/image.hpp"

namespace eyelid::camera {

/// How a camera stores the gray of a pixel.
enum class PixelLayout {
  Gray8,   // also the luma plane of NV12, YU12
  Gray10,  // in the lower bits of 16, little endian, as the next three
  Gray12,
  Gray14,
  Gray16,  // often fewer bits in use than 16
  Yuyv,    // luma in every first of two bytes
  Uyvy,    // in every second
  Jpeg,
};

/// What a camera's buffer holds.
struct RawPicture {
  const std::uint8_t* bytes = nullptr;
  std::size_t size = 0;       // bytes that came
  std::ptrdiff_t stride = 0;  // bytes from row to row; not for JPEG
};

/// Turns a camera's buffers into gray pictures of 8 bits; luma as stored, never through RGB.
///
/// Of more bits, the upper 8. Of Gray16, the upper 8 of the bits in use: 8, 10, 12, 14, or 16, as
/// the largest value so far needs, because the camera does not say; larger values later darken the
/// picture once.
class GrayReader {
 public:
  /// Width and height positive.
  GrayReader(PixelLayout layout, int width, int height);
  ~GrayReader();

  /// Gray8: a view on the buffer itself, behind which kImageSlack bytes must be readable; others:
  /// on a picture that holds until the next call. Empty where fewer bytes came than the picture
  /// needs, or the JPEG is damaged or of another size.
  FrameView read(const RawPicture& raw);

 private:
  struct FreeDecoder {
    void operator()(void* decoder) const;
  };
  void read_wide(const RawPicture& raw);
  void read_every_second_byte(const RawPicture& raw, int first);
  bool read_jpeg(const RawPicture& raw);

  PixelLayout layout_;
  int width_;
  int height_;
  int bits_in_use_;  // of layouts of 16 bits
  GrayImage image_;
  std::unique_ptr<void, FreeDecoder> decoder_;  // libjpeg-turbo's, of Jpeg only
};

}  // namespace eyelid::camera
