// SPDX-License-Identifier: MIT
#include "eyelid/video/picture.hpp"

#include <gtest/gtest.h>
#include <turbojpeg.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/video/exif.hpp"
#include "eyelid/video/frame_source.hpp"
#include "refusal.hpp"
#include "shared_data.hpp"
#include "temporary_folder.hpp"

namespace eyelid::video {
namespace {

using Bytes = std::vector<std::uint8_t>;

void write_file(const std::filesystem::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary).write(content.data(), std::ssize(content));
}

std::string text_of(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

GrayImage gradient(int width, int height) {
  GrayImage image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) image.row(y)[x] = static_cast<std::uint8_t>(2 * x + y);
  }
  return image;
}

Bytes jpeg_of(const GrayImage& image) {
  tjhandle compressor = tjInitCompress();
  unsigned char* data = nullptr;
  unsigned long size = 0;
  EXPECT_EQ(tjCompress2(compressor,
                        image.row(0),
                        image.width(),
                        static_cast<int>(image.stride()),
                        image.height(),
                        TJPF_GRAY,
                        &data,
                        &size,
                        TJSAMP_GRAY,
                        95,
                        0),
            0);
  Bytes bytes(data, data + size);
  tjFree(data);
  tjDestroy(compressor);
  return bytes;
}

/// `jpeg` with an EXIF block that holds only the orientation.
Bytes with_orientation(const Bytes& jpeg, int tag) {
  const Bytes exif = {0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0, 0,
                      'M',  'M',  0, 42, 0,   0,   0,   8,   0, 1,
                      0x01, 0x12, 0, 3,  0,   0,   0,   1,   0, static_cast<std::uint8_t>(tag),
                      0,    0,    0, 0,  0,   0};
  Bytes result = jpeg;
  result.insert(result.begin() + 2, exif.begin(), exif.end());
  return result;
}

TEST(ReadImage, PortableGrayMapsOfEightAndSixteenBits) {
  const testing::TemporaryFolder folder;
  write_file(folder / "a.pgm", std::string("P5\n3 1\n255\n\x01\x80\xff", 14));
  write_file(folder / "b.pgm", std::string("P5 2 1 65535\n\x80\xff\x00\xff", 17));
  const GrayImage a = read_image(folder / "a.pgm");
  ASSERT_EQ(a.width(), 3);
  EXPECT_EQ(a.row(0)[0], 1);
  EXPECT_EQ(a.row(0)[1], 128);
  EXPECT_EQ(a.row(0)[2], 255);
  const GrayImage b = read_image(folder / "b.pgm");
  EXPECT_EQ(b.row(0)[0], 0x80);
  EXPECT_EQ(b.row(0)[1], 0);
}

TEST(ReadImage, JpegGivesItsLumaWhateverTheName) {
  const testing::TemporaryFolder folder;
  const GrayImage drawn = gradient(64, 48);
  write_file(folder / "picture.png", text_of(jpeg_of(drawn)));
  const GrayImage read = read_image(folder / "picture.png");
  ASSERT_EQ(read.width(), 64);
  ASSERT_EQ(read.height(), 48);
  for (int y = 0; y < 48; ++y) {
    for (int x = 0; x < 64; ++x) ASSERT_NEAR(read.row(y)[x], drawn.row(y)[x], 3);
  }
}

TEST(ReadImage, JpegIsTurnedUpright) {
  const testing::TemporaryFolder folder;
  write_file(folder / "a.jpg", text_of(with_orientation(jpeg_of(gradient(64, 48)), 6)));
  const GrayImage read = read_image(folder / "a.jpg");
  ASSERT_EQ(read.width(), 48);
  ASSERT_EQ(read.height(), 64);
  EXPECT_NEAR(read.row(0)[47], 0, 4);
  EXPECT_NEAR(read.row(63)[47], 126, 4);
}

/// The EXIF block of with_orientation() without its JPEG segment.
Bytes exif_block(int tag) {
  const Bytes jpeg = with_orientation(jpeg_of(gradient(8, 8)), tag);
  return {jpeg.begin() + 12, jpeg.begin() + 38};
}

void append_number(Bytes& bytes, std::size_t value, bool is_big_endian) {
  for (int i = 0; i < 4; ++i) {
    const int shift = 8 * (is_big_endian ? 3 - i : i);
    bytes.push_back(static_cast<std::uint8_t>(value >> shift));
  }
}

TEST(Exif, OrientationOfPngAndWebp) {
  for (const int tag : {1, 3, 6, 8}) {
    const Bytes block = exif_block(tag);
    Bytes png = {0x89, 'P', 'N', 'G', 13, 10, 26, 10};
    append_number(png, block.size(), true);
    for (const char c : {'e', 'X', 'I', 'f'}) png.push_back(static_cast<std::uint8_t>(c));
    png.insert(png.end(), block.begin(), block.end());
    append_number(png, 0, true);
    EXPECT_EQ(exif_orientation(png), tag);
    for (const bool has_prefix : {false, true}) {
      Bytes webp = {'R', 'I', 'F', 'F', 0, 0, 0, 0, 'W', 'E', 'B', 'P', 'E', 'X', 'I', 'F'};
      append_number(webp, block.size() + (has_prefix ? 6 : 0), false);
      if (has_prefix) webp.insert(webp.end(), {'E', 'x', 'i', 'f', 0, 0});
      webp.insert(webp.end(), block.begin(), block.end());
      EXPECT_EQ(exif_orientation(webp), tag);
      webp.resize(webp.size() - 3);
      EXPECT_EQ(exif_orientation(webp), 1) << "cut";
    }
  }
}

TEST(ReadImage, ColorFollowsTheDocumentedFormula) {
  const testing::TemporaryFolder folder;
  write_file(folder / "a.ppm", std::string("P6 1 1 255\n\xc8\x32\x0a"));  // 200 50 10
  EXPECT_EQ(read_image(folder / "a.ppm").row(0)[0], (77 * 200 + 150 * 50 + 29 * 10 + 128) / 256);
}

void expect_several(const Bytes& file, int pictures) {
  const std::string number = std::to_string(pictures) + " pictures in this file, expected a single";
  EXPECT_NE(testing::refusal_of([&] { decode_picture(file, "x"); }).find(number), std::string::npos)
      << testing::refusal_of([&] { decode_picture(file, "x"); });
}

Bytes joined(const std::vector<Bytes>& parts) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

Bytes bmp_of(int width, int height, std::size_t stated_size) {
  const std::size_t row = (static_cast<std::size_t>(width) * 3 + 3) / 4 * 4;
  Bytes bmp = {'B', 'M'};
  append_number(bmp, stated_size, false);
  for (const int field : {0, 54, 40, width, height, 0x180001, 0, 0, 0, 0, 0, 0}) {
    append_number(bmp, static_cast<std::size_t>(field), false);
  }
  bmp.resize(54 + row * static_cast<std::size_t>(height), 0x55);
  return bmp;
}

Bytes png_of(int width, int height) {
  AvFramePtr frame(av_frame_alloc());
  const AVCodec* codec = avcodec_find_encoder(AV_CODEC_ID_PNG);
  CodecPtr context(avcodec_alloc_context3(codec));
  context->width = frame->width = width;
  context->height = frame->height = height;
  context->pix_fmt = AV_PIX_FMT_GRAY8;
  frame->format = AV_PIX_FMT_GRAY8;
  context->time_base = {1, 25};
  PacketPtr packet(av_packet_alloc());
  EXPECT_EQ(avcodec_open2(context.get(), codec, nullptr), 0);
  EXPECT_EQ(av_frame_get_buffer(frame.get(), 0), 0);
  EXPECT_EQ(avcodec_send_frame(context.get(), frame.get()), 0);
  EXPECT_EQ(avcodec_receive_packet(context.get(), packet.get()), 0);
  return {packet->data, packet->data + packet->size};
}

TEST(ReadImage, FilesOneBehindTheOtherAreRefusedByTheirNumber) {
  const Bytes jpeg = jpeg_of(gradient(64, 48));
  const Bytes other = jpeg_of(gradient(32, 16));
  expect_several(joined({jpeg, other}), 2);
  expect_several(joined({jpeg, Bytes(512, 0), jpeg, jpeg}), 3);
  const Bytes png = png_of(16, 8);
  EXPECT_EQ(decode_picture(png, "x").width(), 16);
  expect_several(joined({png, png, png_of(8, 8)}), 3);
  for (const std::size_t stated : {std::size_t{54 + 24 * 8}, std::size_t{56 + 24 * 8}}) {
    const Bytes bmp = bmp_of(8, 8, stated);
    EXPECT_EQ(decode_picture(bmp, "x").width(), 8);
    expect_several(joined({bmp, bmp_of(8, 8, stated)}), 2);
  }
}

// An APP2 segment with the index of an MPO file, and the pictures it lists behind `first`.
Bytes mpo_of(const Bytes& first, const std::vector<std::pair<std::uint32_t, Bytes>>& others) {
  const std::size_t entries = 1 + others.size();
  Bytes block = {'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 0xb0, 0x02, 0, 7};
  append_number(block, 16 * entries, true);
  append_number(block, 26, true);
  append_number(block, 0, true);
  const std::size_t block_bytes = block.size() + 16 * entries;
  const std::size_t segment_bytes = 2 + 2 + 4 + block_bytes;
  append_number(block, 0x030000, true);
  block.resize(block.size() + 12);
  std::size_t place = first.size() + segment_bytes - (2 + 8);  // from the block, which is at 2 + 8
  for (const auto& [type, picture] : others) {
    append_number(block, type, true);
    append_number(block, picture.size(), true);
    append_number(block, place, true);
    append_number(block, 0, true);
    place += picture.size();
  }
  Bytes file = first;
  Bytes segment = {0xff,
                   0xe2,
                   static_cast<std::uint8_t>((segment_bytes - 2) >> 8),
                   static_cast<std::uint8_t>(segment_bytes - 2),
                   'M',
                   'P',
                   'F',
                   0};
  segment.insert(segment.end(), block.begin(), block.end());
  file.insert(file.begin() + 2, segment.begin(), segment.end());
  for (const auto& [type, picture] : others)
    file.insert(file.end(), picture.begin(), picture.end());
  return file;
}

Bytes with_xmp(const Bytes& jpeg, const std::string& words) {
  const std::string content = std::string("http://ns.adobe.com/xap/1.0/") + '\0' + words;
  Bytes segment = {0xff, 0xe1, 0, static_cast<std::uint8_t>(content.size() + 2)};
  segment.insert(segment.end(), content.begin(), content.end());
  Bytes result = jpeg;
  result.insert(result.begin() + 2, segment.begin(), segment.end());
  return result;
}

TEST(ReadImage, FramesOfAnMpoCountAndOtherViewsOfOneSceneDoNot) {
  const Bytes large = jpeg_of(gradient(64, 48));
  const Bytes small = jpeg_of(gradient(32, 24));
  constexpr std::uint32_t kUndefined = 0, kPreview = 0x010002, kStereo = 0x020002, kGain = 0x050000;
  expect_several(mpo_of(large, {{kUndefined, large}, {kUndefined, large}}), 3);
  expect_several(mpo_of(large, {{kStereo, large}, {kPreview, small}}), 2);
  for (const Bytes& one : {mpo_of(large, {{kPreview, small}}),
                           mpo_of(large, {{kUndefined, small}}),
                           mpo_of(large, {{kGain, large}}),
                           mpo_of(large, {{kUndefined, with_xmp(large, "hdrgm:Version")}}),
                           joined({with_xmp(large, "<Container:Directory>"), large})}) {
    EXPECT_EQ(decode_picture(one, "x").width(), 64);
  }
  // The film behind a motion photo, and bytes of no meaning.
  const std::string film(
      "\0\0\0\x18"
      "ftypmp42 ... \xff\xd8\xff\xe0",
      21);
  EXPECT_EQ(decode_picture(joined({large, Bytes(film.begin(), film.end())}), "x").width(), 64);
  EXPECT_EQ(decode_picture(joined({large, Bytes(300, 0xff)}), "x").width(), 64);
}

TEST(ReadImage, BadFilesAreOneSentence) {
  const testing::TemporaryFolder folder;
  write_file(folder / "empty.png", "");
  write_file(folder / "text.png", "hello, this is no picture\n");
  write_file(folder / "short.pgm", "P5 100 100 255\nabc");
  write_file(folder / "huge.pgm", "P5 60000 60000 255\nabc");
  const Bytes jpeg = jpeg_of(gradient(64, 48));
  write_file(folder / "cut.jpg", text_of(jpeg).substr(0, jpeg.size() * 2 / 3));
  for (const char* name :
       {"empty.png", "text.png", "short.pgm", "huge.pgm", "cut.jpg", "absent.png", "."}) {
    try {
      read_image(folder / name);
      ADD_FAILURE() << name << " was read";
    } catch (const InputError& error) {
      const std::string sentence = error.what();
      EXPECT_NE(sentence.find((folder / name).string()), std::string::npos) << sentence;
      EXPECT_NE(sentence.find("expected"), std::string::npos) << sentence;
      EXPECT_EQ(sentence.find('\n'), std::string::npos) << sentence;
    }
  }
}

TEST(ReadImage, EveryCutOfEveryFormatEndsInAPictureOrOneError) {
  const testing::TemporaryFolder folder;
  std::vector<std::string> files = {
      text_of(with_orientation(jpeg_of(gradient(24, 16)), 6)),
      text_of(mpo_of(jpeg_of(gradient(24, 16)), {{0, jpeg_of(gradient(24, 16))}})),
      std::string("P5 4 4 255\n0123456789abcdef"),
      std::string("BM") + std::string(80, '\x01'),
      std::string("II*\0\x08\0\0\0\x01\0", 10) + std::string(40, '\x02'),
      std::string("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x04\0\0\0\x04\x08\0\0\0\0", 29)};
  for (const std::string& file : files) {
    for (std::size_t size = 0; size <= file.size(); ++size) {
      const Bytes bytes(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size));
      try {
        EXPECT_GT(decode_picture(bytes, "cut").width(), 0);
      } catch (const InputError&) {
      }
    }
  }
}

TEST(Exif, MalformedBlocksMeanUpright) {
  const Bytes good = with_orientation(jpeg_of(gradient(8, 8)), 8);
  EXPECT_EQ(exif_orientation(good), 8);
  for (std::size_t i = 0; i < 40; ++i) {
    for (const int value : {0, 0x7f, 0xff}) {
      Bytes bad = good;
      bad[i] = static_cast<std::uint8_t>(value);
      const int tag = exif_orientation(bad);
      EXPECT_TRUE(tag >= 1 && tag <= 8);
    }
  }
  EXPECT_EQ(exif_orientation({}), 1);
}

TEST(ListImages, NaturalOrderWithoutHiddenAndForeignFiles) {
  const testing::TemporaryFolder folder;
  for (const char* name : {"img10.png", "img2.PNG", "img1.jpg", "._img1.jpg", "notes.txt"}) {
    write_file(folder / name, "x");
  }
  std::filesystem::create_directory(folder / "img3.png");
  std::vector<std::string> names;
  for (const auto& path : list_images(folder.path())) names.push_back(path.filename().string());
  EXPECT_EQ(names, (std::vector<std::string>{"img1.jpg", "img2.PNG", "img10.png"}));
}

TEST(ListImages, EmptyAndAbsentFoldersAreErrors) {
  const testing::TemporaryFolder folder;
  EXPECT_THROW(list_images(folder.path()), InputError);
  EXPECT_THROW(list_images(folder / "absent"), InputError);
}

TEST(ReadImage, SharedPicturesOfAllKinds) {
  EYELID_SHARED_OR_SKIP(formats, "data/formats/lfpw");
  int count = 0;
  for (const auto& path : list_images(formats)) {
    EXPECT_GT(read_image(path).width(), 0) << path;
    ++count;
  }
  EXPECT_GT(count, 0);
}

}  // namespace
}  // namespace eyelid::video
