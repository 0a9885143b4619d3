// SPDX-License-Identifier: MIT
// Recordings that were once read wrongly without a word.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/video/picture_chunks.hpp"
#include "eyelid/video/video_decoder.hpp"
#include "eyelid/video/video_testing.hpp"
#include "temporary_folder.hpp"

namespace eyelid::video {
namespace {

struct Contents {
  std::vector<GrayImage> images;
  std::vector<double> times_s;
  SourceInfo info;
  SourceReport report;

  bool warns_of(const std::string& words) const {
    return std::any_of(report.warnings.begin(), report.warnings.end(), [&](const std::string& w) {
      return w.find(words) != std::string::npos;
    });
  }
};

Contents contents_of(const std::filesystem::path& path, const SourceOptions& options = {}) {
  const auto source = open_source({path}, options);
  Contents contents;
  for (Frame frame; source->next(frame);) {
    contents.images.push_back(frame.image.copy());
    contents.times_s.push_back(frame.time_s);
  }
  contents.info = source->info();
  contents.report = source->report();
  return contents;
}

std::string error_of(const std::filesystem::path& path, const SourceOptions& options = {}) {
  try {
    contents_of(path, options);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

void expect_pictures(const Contents& contents, const TestVideo& video) {
  ASSERT_EQ(std::ssize(contents.images), video.frames);
  for (int i = 0; i < video.frames; ++i) {
    const GrayImage drawn = test_picture(video, i);
    const GrayImage& read = contents.images[static_cast<std::size_t>(i)];
    for (int y = 0; y < video.height; ++y) {
      ASSERT_TRUE(std::equal(drawn.row(y), drawn.row(y) + video.width, read.row(y))) << i;
    }
  }
}

TEST(VideoKinds, DepthInUseIsFoundFromTheData) {
  const testing::TemporaryFolder folder;
  const std::pair<const char*, const char*> files[] = {{"a.mkv", "ffv1"},
                                                       {"a.mov", "png"},
                                                       {"a.mkv", "jpeg2000"},
                                                       {"a.nut", "rawvideo"},
                                                       {"a.mov", "tiff"}};
  for (const auto& [name, encoder] : files) {
    for (const int bits : {10, 12, 16}) {
      const TestVideo video{
          .encoder = encoder, .pixel_format = AV_PIX_FMT_GRAY16LE, .frames = 12, .shift = bits - 8};
      if (std::string(encoder) == "jpeg2000" && bits != 12) continue;  // slow
      try {
        if (!write_test_video(folder / name, video)) continue;
      } catch (const std::runtime_error&) {
        continue;  // an encoder of other formats
      }
      const Contents contents = contents_of(folder / name);
      if (std::string(encoder) == "jpeg2000") {
        ASSERT_EQ(contents.images.size(), 12u);  // lossy
      } else {
        expect_pictures(contents, video);
      }
      EXPECT_EQ(contents.info.used_bits, bits) << encoder;
      EXPECT_EQ(contents.warns_of("bits are in use"), bits < 16) << encoder;
    }
  }
}

TEST(VideoKinds, ADarkBeginningDoesNotChangeTheDepth) {
  const testing::TemporaryFolder folder;
  for (int i = 0; i < 40; ++i) {
    // 12 bits; dark enough for 10 up to the last pictures.
    std::ofstream file(folder / ("img" + std::to_string(i) + ".pgm"), std::ios::binary);
    file << "P5 4 2 65535\n";
    for (int pixel = 0; pixel < 8; ++pixel) {
      const int value = i < 38 ? 512 : 4000;
      file.put(static_cast<char>(value >> 8)).put(static_cast<char>(value & 255));
    }
  }
  const Contents contents = contents_of(folder.path(), {.frames_per_second = 100.0});
  EXPECT_EQ(contents.info.used_bits, 12);
  EXPECT_EQ(contents.images[0].row(0)[0], 512 >> 4);
  EXPECT_EQ(contents.images[39].row(0)[0], 4000 >> 4);
  const Contents given = contents_of(folder.path(), {.frames_per_second = 100.0, .bits = 10});
  EXPECT_EQ(given.images[0].row(0)[0], 512 >> 2);
  EXPECT_EQ(given.images[39].row(0)[0], 255) << "clipped, not wrapped";
  EXPECT_TRUE(given.warns_of("2 pictures hold values beyond the 10 bits"));
}

TEST(VideoKinds, BitsOfOtherDepthsAreRefused) {
  const testing::TemporaryFolder folder;
  ASSERT_TRUE(write_test_video(folder / "a.mkv", {}));
  EXPECT_NE(error_of(folder / "a.mkv", {.bits = 12}).find("expected 16 bits"), std::string::npos);
  std::ofstream(folder / "a.pgm") << "P5 2 1 255\nab";
  EXPECT_NE(error_of(folder / "a.pgm", {.bits = 12}).find("16 bits"), std::string::npos);
}

TEST(VideoKinds, SeveralStreamsAreNamedAndChosen) {
  const testing::TemporaryFolder folder;
  ASSERT_TRUE(write_test_video(folder / "a.mkv", {.streams = 2}));
  const Contents first = contents_of(folder / "a.mkv");
  EXPECT_TRUE(first.warns_of("2 video streams: 0 (ffv1 96x64), 1 (ffv1 96x64); stream 0"));
  EXPECT_EQ(first.info.stream, 0);
  const Contents second = contents_of(folder / "a.mkv", {.stream = 1});
  EXPECT_EQ(second.images.size(), 30u);
  EXPECT_EQ(second.info.stream, 1);
  EXPECT_TRUE(second.report.warnings.empty());
  EXPECT_NE(error_of(folder / "a.mkv", {.stream = 2}).find("expected one of 0 (ffv1"),
            std::string::npos);
}

TEST(VideoKinds, InterlacedVideosWarn) {
  const testing::TemporaryFolder folder;
  TestVideo video{
      .encoder = "mpeg2video", .pixel_format = AV_PIX_FMT_YUV420P, .is_interlaced = true};
  ASSERT_TRUE(write_test_video(folder / "a.mkv", video));
  EXPECT_TRUE(contents_of(folder / "a.mkv").warns_of("interlaced"));
  video.is_interlaced = false;
  ASSERT_TRUE(write_test_video(folder / "b.mkv", video));
  EXPECT_FALSE(contents_of(folder / "b.mkv").warns_of("interlaced"));
}

TEST(VideoKinds, StampsOfASideFileReplaceTheContainers) {
  const testing::TemporaryFolder folder;
  ASSERT_TRUE(write_test_video(folder / "a.mkv", {.frames = 4}));
  const FrameStamps stamps{{0.0, 0.002, 0.004, 0.010}, "stamps.csv"};
  const Contents contents = contents_of(folder / "a.mkv", {.stamps = stamps});
  EXPECT_EQ(contents.times_s, stamps.time_s);
  EXPECT_EQ(contents.info.clock, "stamps.csv");
  EXPECT_NEAR(contents.info.frames_per_second, 500.0, 1e-6);
  EXPECT_TRUE(contents.warns_of("2 frames are missing at 1 gap: 2 after frame 2 (0.004 s)"));
  for (const std::size_t count : {3u, 5u}) {
    FrameStamps wrong{std::vector<double>(count), "stamps.csv"};
    for (std::size_t i = 0; i < count; ++i) wrong.time_s[i] = static_cast<double>(i);
    const std::string sentence = error_of(folder / "a.mkv", {.stamps = wrong});
    EXPECT_NE(sentence.find(std::to_string(count) + " time stamps for"), std::string::npos)
        << sentence;
  }
}

TEST(VideoKinds, StreamsWithoutTimesAreNotTimedInSilence) {
  const testing::TemporaryFolder folder;
  const TestVideo video{.encoder = "mjpeg", .pixel_format = AV_PIX_FMT_YUVJ420P};
  ASSERT_TRUE(write_test_video(folder / "a.mjpeg", video));
  EXPECT_TRUE(contents_of(folder / "a.mjpeg").warns_of("25 frames/s are assumed"));
  EXPECT_FALSE(contents_of(folder / "a.mjpeg", {.frames_per_second = 90.0}).warns_of("assumed"));
}

TEST(VideoKinds, EveryPictureOfAnAnimationIsAFrame) {
  const testing::TemporaryFolder folder;
  const TestVideo apng{.encoder = "apng", .frames = 40};
  ASSERT_TRUE(write_test_video(folder / "a.apng", apng));
  std::filesystem::rename(folder / "a.apng", folder / "a.png");
  expect_pictures(contents_of(folder / "a.png"), apng);
  EXPECT_NE(error_of(folder.path()).find("40 pictures"), std::string::npos) << "in a folder";

  const TestVideo gif{
      .encoder = "gif", .pixel_format = AV_PIX_FMT_GRAY8, .frames = 20, .frames_per_second = 100};
  ASSERT_TRUE(write_test_video(folder / "a.gif", gif));
  const Contents contents = contents_of(folder / "a.gif");
  ASSERT_EQ(contents.times_s.size(), 20u);
  EXPECT_NEAR(contents.times_s[19], 0.19, 1e-9);

  std::ofstream several(folder / "a.pgm", std::ios::binary);
  for (const char value : {'a', 'b', 'c'}) several << "P5 8 8 255\n" << std::string(64, value);
  several.close();
  EXPECT_NE(error_of(folder / "a.pgm").find("3 pictures"), std::string::npos);
}

TEST(VideoKinds, AnimatedWebpIsRefusedByNumber) {
  const testing::TemporaryFolder folder;
  std::string file("RIFF\x34\0\0\0WEBP", 12);
  for (int i = 0; i < 5; ++i) file += std::string("ANMF\0\0\0\0", 8);
  write_bytes(folder / "a.webp", {file.begin(), file.end()});
  EXPECT_NE(error_of(folder / "a.webp").find("5 pictures"), std::string::npos);
}

}  // namespace
}  // namespace eyelid::video
