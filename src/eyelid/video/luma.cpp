// SPDX-License-Identifier: MIT
#include "eyelid/video/luma.hpp"

extern "C" {
#include <libavutil/pixdesc.h>
}

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>

#include "eyelid/core/error.hpp"

namespace eyelid::video {
namespace {

std::uint8_t luma_from_rgb(unsigned red, unsigned green, unsigned blue) {
  return static_cast<std::uint8_t>((77 * red + 150 * green + 29 * blue + 128) >> 8);
}

/// One color component of one row, brought to 8 bits.
struct Samples {
  const std::uint8_t* first;
  int step;      // bytes from pixel to pixel
  int shift;     // to the right, once read
  bool is_wide;  // two bytes
  bool is_big_endian;

  unsigned at(int x) const {
    const std::uint8_t* p = first + static_cast<std::ptrdiff_t>(x) * step;
    if (!is_wide) return static_cast<unsigned>(*p) >> shift;
    const unsigned value = is_big_endian ? p[0] * 256u + p[1] : p[1] * 256u + p[0];
    return std::min(value >> shift, 255u);
  }
};

Samples samples_of(
    const AVFrame& frame, const AVPixFmtDescriptor& format, int component, int y, int used_bits) {
  const AVComponentDescriptor& c = format.comp[component];
  return {frame.data[c.plane] + static_cast<std::ptrdiff_t>(y) * frame.linesize[c.plane] + c.offset,
          c.step,
          c.depth == 16 ? used_bits - 8 : c.shift + c.depth - 8,
          c.shift + c.depth > 8,
          (format.flags & AV_PIX_FMT_FLAG_BE) != 0};
}

/// Bytes `kStep` apart, as nearly every camera and file has them: constants let the compiler work
/// on many pixels at once.
template <int kStep>
void weigh_bytes(
    const Samples& red, const Samples& green, const Samples& blue, int width, std::uint8_t* row) {
  const std::uint8_t *r = red.first, *g = green.first, *b = blue.first;
  for (int x = 0; x < width; ++x) {
    const auto at = static_cast<std::ptrdiff_t>(x) * kStep;
    row[x] = luma_from_rgb(r[at], g[at], b[at]);
  }
}

void weigh_row(
    const Samples& red, const Samples& green, const Samples& blue, int width, std::uint8_t* row) {
  if (!red.is_wide && red.shift == 0 && green.shift == 0 && blue.shift == 0) {
    if (red.step == 1) return weigh_bytes<1>(red, green, blue, width, row);
    if (red.step == 3) return weigh_bytes<3>(red, green, blue, width, row);
    if (red.step == 4) return weigh_bytes<4>(red, green, blue, width, row);
  }
  for (int x = 0; x < width; ++x) row[x] = luma_from_rgb(red.at(x), green.at(x), blue.at(x));
}

/// Samples of two bytes side by side, in the byte order of the machine.
void narrow_row(const Samples& luma, int width, std::uint8_t* row) {
  for (int x = 0; x < width; ++x) {
    std::uint16_t value = 0;
    std::memcpy(&value, luma.first + 2 * static_cast<std::ptrdiff_t>(x), 2);
    row[x] = static_cast<std::uint8_t>(std::min(value >> luma.shift, 255));
  }
}

bool is_plain(const AVPixFmtDescriptor& format, int components) {
  constexpr std::uint64_t kStrange = AV_PIX_FMT_FLAG_BITSTREAM | AV_PIX_FMT_FLAG_HWACCEL |
                                     AV_PIX_FMT_FLAG_BAYER | AV_PIX_FMT_FLAG_FLOAT;
  if ((format.flags & kStrange) != 0 || format.nb_components < components) return false;
  for (int i = 0; i < components; ++i) {
    if (format.comp[i].depth < 8 || format.comp[i].depth > 16) return false;
  }
  return true;
}

void read_luma_plane(const AVFrame& frame,
                     const AVPixFmtDescriptor& format,
                     int used_bits,
                     GrayImage& image) {
  for (int y = 0; y < frame.height; ++y) {
    const Samples luma = samples_of(frame, format, 0, y, used_bits);
    std::uint8_t* row = image.row(y);
    if (luma.step == 1 && !luma.is_wide) {
      std::memcpy(row, luma.first, static_cast<std::size_t>(frame.width));
    } else if (luma.step == 2 && luma.is_wide &&
               luma.is_big_endian == (std::endian::native == std::endian::big)) {
      narrow_row(luma, frame.width, row);
    } else {
      for (int x = 0; x < frame.width; ++x) row[x] = static_cast<std::uint8_t>(luma.at(x));
    }
  }
}

void read_rgb(const AVFrame& frame,
              const AVPixFmtDescriptor& format,
              int used_bits,
              GrayImage& image) {
  for (int y = 0; y < frame.height; ++y) {
    const Samples red = samples_of(frame, format, 0, y, used_bits);
    const Samples green = samples_of(frame, format, 1, y, used_bits);
    const Samples blue = samples_of(frame, format, 2, y, used_bits);
    weigh_row(red, green, blue, frame.width, image.row(y));
  }
}

void read_palette(const AVFrame& frame, GrayImage& image) {
  std::uint8_t luma_of_index[256];
  for (int i = 0; i < 256; ++i) {
    std::uint32_t argb = 0;  // in the byte order of the machine
    std::memcpy(&argb, frame.data[1] + 4 * i, 4);
    luma_of_index[i] = luma_from_rgb(argb >> 16 & 0xff, argb >> 8 & 0xff, argb & 0xff);
  }
  for (int y = 0; y < frame.height; ++y) {
    const std::uint8_t* source = frame.data[0] + static_cast<std::ptrdiff_t>(y) * frame.linesize[0];
    for (int x = 0; x < frame.width; ++x) image.row(y)[x] = luma_of_index[source[x]];
  }
}

bool is_gray_or_yuv(const AVPixFmtDescriptor& format) {
  return (format.flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL)) == 0;
}

}  // namespace

std::optional<int> largest_of_16_bits(const AVFrame& frame) {
  const AVPixFmtDescriptor* format = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
  if (format == nullptr || format->comp[0].depth != 16 || frame.data[0] == nullptr) return {};
  const int components = is_gray_or_yuv(*format) ? 1 : 3;
  if (!is_plain(*format, components)) return {};
  unsigned largest = 0;
  const bool is_big_endian = (format->flags & AV_PIX_FMT_FLAG_BE) != 0;
  for (int component = 0; component < components; ++component) {
    for (int y = 0; y < frame.height; ++y) {
      const Samples row = samples_of(frame, *format, component, y, 16);
      for (int x = 0; x < frame.width; ++x) {
        const std::uint8_t* p = row.first + static_cast<std::ptrdiff_t>(x) * row.step;
        largest = std::max(largest, is_big_endian ? p[0] * 256u + p[1] : p[1] * 256u + p[0]);
      }
    }
  }
  return static_cast<int>(largest);
}

int used_bits_for(int largest) {
  for (const int bits : {8, 10, 12, 14}) {
    if (largest >> bits == 0) return bits;
  }
  return 16;
}

std::string depth_sentence(const std::string& name, int used_bits, int largest) {
  return name + ": " + std::to_string(used_bits) + " of 16 bits are in use (largest value " +
         std::to_string(largest) + "); the brightness is scaled to them";
}

Orientation orientation_from_display_matrix(const std::int32_t* matrix) {
  // (x', y') = (a x + c y, b x + d y) with a b . c d . in the first two rows, 16.16 fixed point.
  const std::int32_t a = matrix[0], b = matrix[1], c = matrix[3], d = matrix[4];
  if (b == 0 && c == 0) return {false, a < 0, d < 0};
  if (a == 0 && d == 0) return {true, c < 0, b < 0};
  return {};
}

Orientation orientation_from_exif(int tag) {
  switch (tag) {
    case 2:
      return {false, true, false};
    case 3:
      return {false, true, true};
    case 4:
      return {false, false, true};
    case 5:
      return {true, false, false};
    case 6:
      return {true, true, false};
    case 7:
      return {true, true, true};
    case 8:
      return {true, false, true};
    default:
      return {};
  }
}

void turn_upright(const FrameView& source, const Orientation& orientation, GrayImage& target) {
  const int width = orientation.is_transposed ? source.height : source.width;
  const int height = orientation.is_transposed ? source.width : source.height;
  target.resize(width, height);
  for (int y = 0; y < height; ++y) {
    const int from_y = orientation.is_mirrored_y ? height - 1 - y : y;
    for (int x = 0; x < width; ++x) {
      const int from_x = orientation.is_mirrored_x ? width - 1 - x : x;
      target.row(y)[x] =
          orientation.is_transposed ? source.row(from_x)[from_y] : source.row(from_y)[from_x];
    }
  }
}

void LumaReader::read(const AVFrame& frame, const std::string& name, GrayImage& image) {
  const AVPixFmtDescriptor* format = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
  if (format == nullptr || frame.width <= 0 || frame.height <= 0 || frame.data[0] == nullptr) {
    throw InputError(name + ": the decoder returned a frame without pixels, expected a picture");
  }
  const bool is_rgb = (format->flags & AV_PIX_FMT_FLAG_RGB) != 0;
  const bool is_palette = (format->flags & AV_PIX_FMT_FLAG_PAL) != 0;
  const bool is_xyz = frame.format == AV_PIX_FMT_XYZ12LE || frame.format == AV_PIX_FMT_XYZ12BE;
  image.resize(frame.width, frame.height);
  if (is_palette && frame.data[1] != nullptr) {
    read_palette(frame, image);
  } else if (is_rgb && !is_palette && is_plain(*format, 3)) {
    read_rgb(frame, *format, used_bits_, image);
  } else if (!is_rgb && !is_palette && !is_xyz && is_plain(*format, 1)) {
    read_luma_plane(frame, *format, used_bits_, image);
  } else {
    read_through_rgb(frame, name, image);
  }
}

void LumaReader::read_through_rgb(const AVFrame& frame, const std::string& name, GrayImage& image) {
  const auto format = static_cast<AVPixelFormat>(frame.format);
  scaler_.reset(sws_getCachedContext(scaler_.release(),
                                     frame.width,
                                     frame.height,
                                     format,
                                     frame.width,
                                     frame.height,
                                     AV_PIX_FMT_RGB24,
                                     SWS_POINT | SWS_ACCURATE_RND | SWS_BITEXACT,
                                     nullptr,
                                     nullptr,
                                     nullptr));
  if (!scaler_) {
    const char* format_name = av_get_pix_fmt_name(format);
    throw InputError(name + ": pixel format " + (format_name ? format_name : "unknown") +
                     " cannot be converted to gray, expected gray, YUV or RGB");
  }
  if (!rgb_ || rgb_->width != frame.width || rgb_->height != frame.height) {
    rgb_.reset(av_frame_alloc());
    if (!rgb_) throw std::bad_alloc();
    rgb_->format = AV_PIX_FMT_RGB24;
    rgb_->width = frame.width;
    rgb_->height = frame.height;
    if (av_frame_get_buffer(rgb_.get(), 0) < 0) throw std::bad_alloc();
  }
  const int rows = sws_scale(
      scaler_.get(), frame.data, frame.linesize, 0, frame.height, rgb_->data, rgb_->linesize);
  if (rows != frame.height) throw InputError(name + ": conversion to gray failed");
  read_rgb(*rgb_, *av_pix_fmt_desc_get(AV_PIX_FMT_RGB24), 8, image);
}

}  // namespace eyelid::video
