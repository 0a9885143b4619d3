// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "eyelid/core/image.hpp"
#include "eyelid/video/luma.hpp"

namespace eyelid::video {

/// Order of the samples of a pixel. The fourth one is ignored.
enum class SampleOrder { Gray, Rgb, Bgr, Rgba, Bgra };
constexpr std::size_t samples_per_pixel(SampleOrder order) {
  constexpr std::size_t kSamples[] = {1, 3, 3, 4, 4};
  return kSamples[static_cast<std::size_t>(order)];
}

/// A picture in someone else's memory, as programs and cameras hand it out.
///
/// Row y begins at `pixels` + y * `stride`; `stride` is in bytes and may be negative. Within a row
/// the samples lie side by side. Samples of 16 bits are in the byte order of the machine.
struct ArrayPicture {
  const std::byte* pixels = nullptr;
  int width = 0;
  int height = 0;
  std::ptrdiff_t stride = 0;
  SampleOrder order = SampleOrder::Gray;
  bool has_16_bits = false;
};

/// Arrays to gray pictures, by the rules of LumaReader: an array gives what a file with the same
/// samples gives.
///
/// Threads: one at a time. Memory: none once warm.
class ArrayReader {
 public:
  ArrayReader();
  /// `used_bits`: of samples stored in 16, 8 to 16. Throws InputError, which begins with `name`,
  /// for a picture without pixels or larger than any that is decoded (kMaxSide_px, kMaxArea_px).
  void read(const ArrayPicture& picture, int used_bits, const std::string& name, GrayImage& image);
  /// The largest sample of a picture whose samples have 16 bits.
  int largest_of_16_bits(const ArrayPicture& picture);

 private:
  void look_at(const ArrayPicture& picture);
  AvFramePtr frame_;  // owns no pixels
};

/// Throws InputError as ArrayReader::read() does.
void check_size(const ArrayPicture& picture, const std::string& name);

}  // namespace eyelid::video
