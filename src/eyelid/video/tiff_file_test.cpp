// SPDX-License-Identifier: MIT
#include "eyelid/video/tiff_file.hpp"

#include <gtest/gtest.h>
#include <tiffio.h>

#include <cstring>
#include <functional>

#include "eyelid/core/error.hpp"
#include "eyelid/video/frame_source.hpp"
#include "eyelid/video/video_testing.hpp"
#include "temporary_folder.hpp"

namespace eyelid::video {
namespace {

constexpr int kWidth = 40, kHeight = 20;

struct TestTiff {
  const char* mode = "w";  // "w8" is BigTIFF
  int pages = 1;
  std::uint16_t bits = 8;
  std::uint16_t samples = 1;
  std::uint16_t photometric = PHOTOMETRIC_MINISBLACK;
  std::uint16_t compression = COMPRESSION_NONE;
  std::uint16_t planar = PLANARCONFIG_CONTIG;
  std::uint16_t orientation = ORIENTATION_TOPLEFT;
  bool is_tiled = false;
  int shift = 0;  // of the 8-bit picture to the left, with 16 bits
};

int shown(int x, int y, int page) { return (3 * x + 5 * y + 20 * page) % 200 + 10; }

void put(std::vector<std::uint8_t>& row, std::size_t at, int value, const TestTiff& tiff) {
  if (tiff.bits == 8) {
    row[at] = static_cast<std::uint8_t>(value);
  } else if (tiff.bits == 16) {
    const auto wide = static_cast<std::uint16_t>(value << tiff.shift);
    std::memcpy(&row[2 * at], &wide, 2);
  } else {
    const int packed = value << (tiff.bits - 8);
    for (int bit = 0; bit < tiff.bits; ++bit) {
      const std::size_t place = at * tiff.bits + static_cast<std::size_t>(bit);
      const int one = packed >> (tiff.bits - 1 - bit) & 1;
      row[place / 8] = static_cast<std::uint8_t>(row[place / 8] | one << (7 - place % 8));
    }
  }
}

void write_page(TIFF* file, const TestTiff& tiff, int page) {
  TIFFSetField(file, TIFFTAG_IMAGEWIDTH, kWidth);
  TIFFSetField(file, TIFFTAG_IMAGELENGTH, kHeight);
  TIFFSetField(file, TIFFTAG_BITSPERSAMPLE, tiff.bits);
  TIFFSetField(file, TIFFTAG_SAMPLESPERPIXEL, tiff.samples);
  TIFFSetField(file, TIFFTAG_PHOTOMETRIC, tiff.photometric);
  TIFFSetField(file, TIFFTAG_COMPRESSION, tiff.compression);
  TIFFSetField(file, TIFFTAG_PLANARCONFIG, tiff.planar);
  TIFFSetField(file, TIFFTAG_ORIENTATION, tiff.orientation);
  TIFFSetField(file, TIFFTAG_RESOLUTIONUNIT, RESUNIT_CENTIMETER);
  TIFFSetField(file, TIFFTAG_SOFTWARE, "a test");
  const auto value = [&](int x, int y) {
    const int seen = shown(x, y, page);
    return tiff.photometric == PHOTOMETRIC_MINISWHITE ? 255 - seen : seen;
  };
  if (tiff.is_tiled) {
    TIFFSetField(file, TIFFTAG_TILEWIDTH, 16);
    TIFFSetField(file, TIFFTAG_TILELENGTH, 16);
    std::vector<std::uint8_t> tile(static_cast<std::size_t>(TIFFTileSize(file)));
    for (int top = 0; top < kHeight; top += 16) {
      for (int left = 0; left < kWidth; left += 16) {
        for (int i = 0; i < 256; ++i) {
          put(tile, static_cast<std::size_t>(i), value(left + i % 16, top + i / 16), tiff);
        }
        TIFFWriteTile(file,
                      tile.data(),
                      static_cast<std::uint32_t>(left),
                      static_cast<std::uint32_t>(top),
                      0,
                      0);
      }
    }
    TIFFWriteDirectory(file);
    return;
  }
  TIFFSetField(file, TIFFTAG_ROWSPERSTRIP, 7);
  const bool is_separate = tiff.planar == PLANARCONFIG_SEPARATE;
  const int stored = is_separate ? 1 : tiff.samples;
  for (int plane = 0; plane < (is_separate ? tiff.samples : 1); ++plane) {
    for (int y = 0; y < kHeight; ++y) {
      std::vector<std::uint8_t> row(static_cast<std::size_t>(kWidth * stored * 2));
      for (int x = 0; x < kWidth; ++x) {
        for (int s = 0; s < stored; ++s) {
          put(row, static_cast<std::size_t>(x * stored + s), value(x, y), tiff);
        }
      }
      TIFFWriteScanline(
          file, row.data(), static_cast<std::uint32_t>(y), static_cast<std::uint16_t>(plane));
    }
  }
  TIFFWriteDirectory(file);
}

void write_tiff(const std::filesystem::path& path, const TestTiff& tiff) {
  TIFF* file = TIFFOpen(path.c_str(), tiff.mode);
  ASSERT_NE(file, nullptr);
  for (int page = 0; page < tiff.pages; ++page) write_page(file, tiff, page);
  TIFFClose(file);
}

void expect_shown(const FrameView& image, int page, const std::string& what) {
  ASSERT_EQ(image.width, kWidth) << what;
  ASSERT_EQ(image.height, kHeight) << what;
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      ASSERT_EQ(image.row(y)[x], shown(x, y, page)) << what << " " << x << " " << y;
    }
  }
}

TEST(TiffFile, OrdinaryKindsComeBackExactly) {
  const testing::TemporaryFolder folder;
  const std::pair<const char*, TestTiff> cases[] = {
      {"plain", {}},
      {"lzw", {.compression = COMPRESSION_LZW}},
      {"deflate", {.compression = COMPRESSION_ADOBE_DEFLATE}},
      {"packbits", {.compression = COMPRESSION_PACKBITS}},
      {"big endian", {.mode = "wb"}},
      {"big", {.mode = "w8"}},
      {"rgb", {.samples = 3, .photometric = PHOTOMETRIC_RGB}},
      {"planes", {.samples = 3, .photometric = PHOTOMETRIC_RGB, .planar = PLANARCONFIG_SEPARATE}},
      {"tiles", {.is_tiled = true}},
      {"white is zero", {.photometric = PHOTOMETRIC_MINISWHITE}},
      {"16 bits", {.bits = 16, .shift = 8}},
      {"big endian 16 bits", {.mode = "wb", .bits = 16, .shift = 8}},
      {"12 of 16 bits", {.bits = 16, .shift = 4}},
      {"10 of 16 bits, tiles", {.bits = 16, .is_tiled = true, .shift = 2}},
      {"12 bits packed", {.bits = 12}}};
  for (const auto& [name, tiff] : cases) {
    write_tiff(folder / "a.tif", tiff);
    expect_shown(read_image(folder / "a.tif"), 0, name);
  }
}

TEST(TiffFile, OrientationIsHonored) {
  const testing::TemporaryFolder folder;
  write_tiff(folder / "a.tif", {.orientation = ORIENTATION_RIGHTTOP});  // 6
  const GrayImage image = read_image(folder / "a.tif");
  ASSERT_EQ(image.width(), kHeight);
  ASSERT_EQ(image.height(), kWidth);
  EXPECT_EQ(image.row(0)[kHeight - 1], shown(0, 0, 0));
  EXPECT_EQ(image.row(kWidth - 1)[kHeight - 1], shown(kWidth - 1, 0, 0));
}

TEST(TiffFile, EveryPictureOfAStackIsAFrame) {
  const testing::TemporaryFolder folder;
  for (const char* mode : {"w", "w8"}) {
    write_tiff(folder / "a.tif", {.mode = mode, .pages = 30, .compression = COMPRESSION_LZW});
    const auto source = open_source({folder / "a.tif"}, {.frames_per_second = 200.0});
    Frame frame;
    for (int i = 0; i < 30; ++i) {
      ASSERT_TRUE(source->next(frame));
      EXPECT_DOUBLE_EQ(frame.time_s, i / 200.0);
      expect_shown(frame.image, i, "page " + std::to_string(i));
    }
    EXPECT_FALSE(source->next(frame));
    EXPECT_EQ(source->info().frame_count, 30);
    try {
      read_image(folder / "a.tif");
      ADD_FAILURE() << "one of 30 pictures was read";
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find("30 pictures"), std::string::npos) << error.what();
    }
  }
}

TEST(TiffFile, FoldersOfStacksKeepTheirOrder) {
  const testing::TemporaryFolder folder;
  std::filesystem::create_directory(folder / "trials");
  write_tiff(folder / "trials/trial2.tif", {.pages = 3});
  write_tiff(folder / "trials/trial10.tif", {.pages = 2});
  const auto source = open_source({folder / "trials"}, {.frames_per_second = 200.0});
  Frame frame;
  for (const int page : {0, 1, 2, 0, 1}) {
    ASSERT_TRUE(source->next(frame));
    expect_shown(frame.image, page, "folder");
  }
  EXPECT_FALSE(source->next(frame));
}

TEST(TiffFile, ImageJStacksThatListOnePictureAreRefusedByNumber) {
  const testing::TemporaryFolder folder;
  TIFF* file = TIFFOpen((folder / "a.tif").c_str(), "w");
  TIFFSetField(file, TIFFTAG_IMAGEDESCRIPTION, "ImageJ=1.53\nimages=4000\nslices=4000\n");
  write_page(file, {}, 0);
  TIFFClose(file);
  try {
    open_source({folder / "a.tif"});
    ADD_FAILURE();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("4000"), std::string::npos) << error.what();
  }
}

TEST(TiffFile, EveryCutIsToldOrRefused) {
  const testing::TemporaryFolder folder;
  write_tiff(folder / "whole.tif", {.pages = 4});
  const std::vector<std::uint8_t> whole = bytes_of(folder / "whole.tif");
  for (std::size_t size = 1; size < whole.size() - 1; size += 61) {
    write_bytes(folder / "cut.tif",
                {whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)});
    try {
      const auto source = open_source({folder / "cut.tif"});
      int frames = 0;
      for (Frame frame; source->next(frame);) ++frames;
      const SourceReport report = source->report();
      EXPECT_TRUE(frames < 4 && (report.was_truncated || report.damaged_frames > 0)) << size;
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find("cut.tif"), std::string::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace eyelid::video
