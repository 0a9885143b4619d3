// SPDX-License-Identifier: MIT
#include "eyelid/video/luma.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>
#include <vector>

extern "C" {
#include <libavutil/display.h>
#include <libavutil/pixdesc.h>
}

#include "eyelid/core/error.hpp"

namespace eyelid::video {
namespace {

AvFramePtr make_frame(AVPixelFormat format, int width, int height) {
  AvFramePtr frame(av_frame_alloc());
  frame->format = format;
  frame->width = width;
  frame->height = height;
  EXPECT_EQ(av_frame_get_buffer(frame.get(), 0), 0);
  // av_write_image_line2 ors its values into what is there.
  for (AVBufferRef* buffer : frame->buf) {
    if (buffer != nullptr) std::memset(buffer->data, 0, buffer->size);
  }
  return frame;
}

/// A component of every pixel, `value(x, y)` in the depth of the format.
template <class Value>
void write_component(AVFrame& frame, int component, Value value) {
  const AVPixFmtDescriptor* format = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
  std::vector<std::uint16_t> line(static_cast<std::size_t>(frame.width));
  for (int y = 0; y < frame.height; ++y) {
    for (int x = 0; x < frame.width; ++x) {
      line[static_cast<std::size_t>(x)] = static_cast<std::uint16_t>(value(x, y));
    }
    av_write_image_line2(
        line.data(), frame.data, frame.linesize, format, 0, y, component, frame.width, 2);
  }
}

TEST(Luma, YuvAndGrayGiveTheirLumaAsItIs) {
  for (const AVPixelFormat format : {AV_PIX_FMT_GRAY8,
                                     AV_PIX_FMT_YUV420P,
                                     AV_PIX_FMT_YUVJ422P,
                                     AV_PIX_FMT_YUV444P,
                                     AV_PIX_FMT_NV12,
                                     AV_PIX_FMT_YUYV422,
                                     AV_PIX_FMT_UYVY422,
                                     AV_PIX_FMT_YA8}) {
    const AvFramePtr frame = make_frame(format, 38, 6);
    write_component(*frame, 0, [](int x, int y) { return (x * 7 + y * 31) & 0xff; });
    GrayImage image;
    LumaReader().read(*frame, "test", image);
    for (int y = 0; y < 6; ++y) {
      for (int x = 0; x < 38; ++x) {
        ASSERT_EQ(image.row(y)[x], (x * 7 + y * 31) & 0xff)
            << av_get_pix_fmt_name(format) << " " << x << "," << y;
      }
    }
  }
}

TEST(Luma, DeepFormatsGiveTheirUpperEightBits) {
  for (const AVPixelFormat format : {AV_PIX_FMT_GRAY10LE,
                                     AV_PIX_FMT_GRAY12BE,
                                     AV_PIX_FMT_GRAY16LE,
                                     AV_PIX_FMT_GRAY16BE,
                                     AV_PIX_FMT_YUV420P10LE,
                                     AV_PIX_FMT_P010LE,
                                     AV_PIX_FMT_Y210LE}) {
    const int depth = av_pix_fmt_desc_get(format)->comp[0].depth;
    const AvFramePtr frame = make_frame(format, 64, 2);
    const int top = (1 << depth) - 1;
    write_component(*frame, 0, [&](int x, int y) { return (x * top / 63 + y) & top; });
    GrayImage image;
    LumaReader().read(*frame, "test", image);
    for (int x = 0; x < 64; ++x) {
      ASSERT_EQ(image.row(0)[x], (x * top / 63) >> (depth - 8)) << av_get_pix_fmt_name(format);
    }
    EXPECT_EQ(image.row(0)[63], 255);
  }
}

TEST(Luma, RgbFollowsTheDocumentedFormula) {
  std::mt19937 random(7);
  for (const AVPixelFormat format : {AV_PIX_FMT_RGB24,
                                     AV_PIX_FMT_BGR24,
                                     AV_PIX_FMT_BGR0,
                                     AV_PIX_FMT_RGBA,
                                     AV_PIX_FMT_ARGB,
                                     AV_PIX_FMT_GBRP}) {
    int rgb[3][32];
    const AvFramePtr frame = make_frame(format, 32, 1);
    for (int c = 0; c < 3; ++c) {
      for (int& value : rgb[c]) value = static_cast<int>(random() & 0xff);
      write_component(*frame, c, [&](int x, int) { return rgb[c][x]; });
    }
    GrayImage image;
    LumaReader().read(*frame, "test", image);
    for (int x = 0; x < 32; ++x) {
      const double exact = 0.299 * rgb[0][x] + 0.587 * rgb[1][x] + 0.114 * rgb[2][x];
      EXPECT_NEAR(image.row(0)[x], exact, 1.1) << av_get_pix_fmt_name(format);
    }
  }
}

TEST(Luma, GrayStoredAsColorComesBackExactly) {
  const AvFramePtr frame = make_frame(AV_PIX_FMT_RGB24, 256, 1);
  for (int c = 0; c < 3; ++c) write_component(*frame, c, [](int x, int) { return x; });
  const AvFramePtr palette = make_frame(AV_PIX_FMT_PAL8, 256, 1);
  for (int i = 0; i < 256; ++i) {
    palette->data[0][i] = static_cast<std::uint8_t>(i);
    const std::uint32_t argb = 0xff000000u | static_cast<std::uint32_t>(255 - i) * 0x010101u;
    std::memcpy(palette->data[1] + 4 * i, &argb, 4);
  }
  GrayImage image, from_palette;
  LumaReader().read(*frame, "test", image);
  LumaReader().read(*palette, "test", from_palette);
  for (int x = 0; x < 256; ++x) {
    EXPECT_EQ(image.row(0)[x], x);
    EXPECT_EQ(from_palette.row(0)[x], 255 - x);
  }
}

TEST(Luma, OddFormatsGoThroughTheScaler) {
  const AvFramePtr frame = make_frame(AV_PIX_FMT_MONOBLACK, 16, 1);
  frame->data[0][0] = 0xf0;
  frame->data[0][1] = 0x01;
  GrayImage image;
  LumaReader reader;
  reader.read(*frame, "test", image);
  EXPECT_EQ(image.row(0)[0], 255);
  EXPECT_EQ(image.row(0)[4], 0);
  EXPECT_EQ(image.row(0)[15], 255);
}

TEST(Luma, RefusesFramesOfTheGraphicsCard) {
  silence_ffmpeg();
  const AvFramePtr frame = make_frame(AV_PIX_FMT_GRAY8, 16, 1);
  frame->format = AV_PIX_FMT_VAAPI;
  GrayImage image;
  EXPECT_THROW(LumaReader().read(*frame, "test", image), InputError);
}

/// What FFmpeg's matrix says of a corner must be what turn_upright does with it.
TEST(Orientation, DisplayMatrixOfQuarterTurns) {
  GrayImage stored(3, 2);
  for (int y = 0; y < 2; ++y) {
    for (int x = 0; x < 3; ++x) stored.row(y)[x] = static_cast<std::uint8_t>(10 * y + x);
  }
  std::int32_t matrix[9];
  GrayImage upright;
  // Positive angles of av_display_rotation_set turn clockwise.
  av_display_rotation_set(matrix, +90.0);
  turn_upright(stored, orientation_from_display_matrix(matrix), upright);
  ASSERT_EQ(upright.width(), 2);
  ASSERT_EQ(upright.height(), 3);
  EXPECT_EQ(upright.row(0)[1], 0);   // top left went to the top right
  EXPECT_EQ(upright.row(0)[0], 10);  // bottom left went to the top left
  av_display_rotation_set(matrix, 180.0);
  turn_upright(stored, orientation_from_display_matrix(matrix), upright);
  EXPECT_EQ(upright.row(1)[2], 0);
  EXPECT_EQ(upright.row(0)[0], 12);
  av_display_rotation_set(matrix, -90.0);
  turn_upright(stored, orientation_from_display_matrix(matrix), upright);
  EXPECT_EQ(upright.row(2)[0], 0);
  EXPECT_EQ(upright.row(0)[0], 2);
  av_display_rotation_set(matrix, 0.0);
  av_display_matrix_flip(matrix, 1, 0);
  turn_upright(stored, orientation_from_display_matrix(matrix), upright);
  EXPECT_EQ(upright.row(0)[2], 0);
  EXPECT_EQ(upright.row(1)[0], 12);
  av_display_rotation_set(matrix, 30.0);
  EXPECT_TRUE(orientation_from_display_matrix(matrix).is_upright());
}

TEST(Orientation, ExifTagsPutTheirFirstRowWhereTheStandardSays) {
  // EXIF 2.3: where row 0 and column 0 of the stored picture are seen, as (x, y) of pixel (0, 0)
  // and of its right neighbor in a picture stored 3 wide and 2 high.
  const struct {
    int tag, x, y, right_x, right_y;
  } cases[] = {{1, 0, 0, 1, 0},
               {2, 2, 0, 1, 0},
               {3, 2, 1, 1, 1},
               {4, 0, 1, 1, 1},
               {5, 0, 0, 0, 1},
               {6, 1, 0, 1, 1},
               {7, 1, 2, 1, 1},
               {8, 0, 2, 0, 1}};
  GrayImage stored(3, 2);
  for (int y = 0; y < 2; ++y) {
    for (int x = 0; x < 3; ++x) stored.row(y)[x] = static_cast<std::uint8_t>(10 * y + x);
  }
  for (const auto& c : cases) {
    GrayImage upright;
    turn_upright(stored, orientation_from_exif(c.tag), upright);
    EXPECT_EQ(upright.row(c.y)[c.x], 0) << c.tag;
    EXPECT_EQ(upright.row(c.right_y)[c.right_x], 1) << c.tag;
  }
}

}  // namespace
}  // namespace eyelid::video
