// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

#include "eyelid/core/image.hpp"
#include "eyelid/video/ffmpeg_handles.hpp"

namespace eyelid::video {

/// How to turn stored pixels upright: first swap x and y, then mirror.
struct Orientation {
  bool is_transposed = false;
  bool is_mirrored_x = false;
  bool is_mirrored_y = false;

  bool is_upright() const { return !is_transposed && !is_mirrored_x && !is_mirrored_y; }
};

/// From FFmpeg's display matrix (9 numbers); other angles than multiples of 90 degrees are ignored.
Orientation orientation_from_display_matrix(const std::int32_t* matrix);
/// From the EXIF tag 0x0112, 1 to 8; other values mean upright.
Orientation orientation_from_exif(int tag);

/// `source` turned upright into `target`, which takes the size it needs.
void turn_upright(const FrameView& source, const Orientation& orientation, GrayImage& target);

/// The largest sample of a frame whose pixels are stored in 16 bits; nothing for other depths.
std::optional<int> largest_of_16_bits(const AVFrame& frame);

/// The smallest depth that cameras have (8, 10, 12, 14, 16 bits) and that holds `largest`.
int used_bits_for(int largest);

/// The warning for pixels that do not fill their 16 bits.
std::string depth_sentence(const std::string& name, int used_bits, int largest);

/// Extracts the gray picture from decoded frames.
///
/// - YUV and gray formats, planar or packed: the luma samples as stored, never through RGB. Limited
///   range (16..235) is kept: closure depends on shapes, and stretching would only add rounding. Of
///   more than 8 bits, the upper 8; of 16, the upper 8 of the bits in use, larger values clipped.
/// - RGB and palettes: luma = (77 R + 150 G + 29 B + 128) / 256 (BT.601 weights, full range), so
///   that gray stored as RGB comes back exactly. Alpha is ignored.
/// - Anything else (1-bit, Bayer, 5-6-5 bits, floats): converted to RGB by libswscale first.
class LumaReader {
 public:
  /// Bits in use of pixels stored in 16, 8 to 16.
  explicit LumaReader(int used_bits = 16) : used_bits_(used_bits) {}

  /// Throws InputError, which begins with `name`, for a format that cannot be converted.
  void read(const AVFrame& frame, const std::string& name, GrayImage& image);

 private:
  void read_through_rgb(const AVFrame& frame, const std::string& name, GrayImage& image);

  int used_bits_;
  ScalerPtr scaler_;
  AvFramePtr rgb_;
};

}  // namespace eyelid::video
