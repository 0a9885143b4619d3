// SPDX-License-Identifier: MIT
#include "eyelid/films/video_writer.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/video/frame_source.hpp"
#include "temporary_folder.hpp"
#include "text_of_file.hpp"

namespace eyelid::films {
namespace {

/// A pattern with every gray level, different in every frame.
GrayImage pattern(int width, int height, int index) {
  GrayImage image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      image.row(y)[x] = static_cast<std::uint8_t>(x * 3 + y * y / 7 + index * 11);
    }
  }
  return image;
}

double max_difference(const FrameView& a, const FrameView& b) {
  double largest = 0.0;
  for (int y = 0; y < a.height; ++y) {
    for (int x = 0; x < a.width; ++x) {
      largest = std::max(largest, std::abs(1.0 * a.row(y)[x] - b.row(y)[x]));
    }
  }
  return largest;
}

TEST(VideoWriter, LosslessGrayComesBackExactly) {
  const testing::TemporaryFolder folder;
  for (const VideoKind kind : {VideoKind::kLosslessGray, VideoKind::kFastLosslessGray}) {
    VideoWriter writer(folder / "video.mkv",
                       {.kind = kind, .width = 131, .height = 77, .frames_per_second = 500});
    for (int i = 0; i < 50; ++i) writer.write(pattern(131, 77, i));
    writer.finish();
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
    const auto source = video::open_source({folder / "video.mkv"});
    EXPECT_EQ(source->info().codec, writer.encoder());
    EXPECT_EQ(source->info().pixel_format, "gray");
    EXPECT_DOUBLE_EQ(source->info().frames_per_second, 500.0);
    EXPECT_EQ(source->info().frame_count, 50);
    video::Frame frame;
    int count = 0;
    for (; source->next(frame); ++count) {
      ASSERT_EQ(frame.image.width(), 131);
      ASSERT_EQ(max_difference(frame.image, pattern(131, 77, count)), 0.0) << count;
      EXPECT_NEAR(frame.time_s, count / 500.0, 1e-12);
    }
    EXPECT_EQ(count, 50);
    const SourceReport report = source->report();
    EXPECT_EQ(report.timestamp_gaps, 0);
    EXPECT_EQ(report.repaired_timestamps, 0);
    EXPECT_FALSE(report.was_truncated);
    EXPECT_TRUE(report.warnings.empty());
  }
}

TEST(VideoWriter, SameBytesForAnyThreadCount) {
  const testing::TemporaryFolder folder;
  for (const VideoKind kind :
       {VideoKind::kLosslessGray, VideoKind::kFastLosslessGray, VideoKind::kOverlay}) {
    std::string first;
    for (const int threads : {1, 2, 5}) {
      VideoWriter writer(folder / "video",
                         {.kind = kind,
                          .width = 160,
                          .height = 120,
                          .frames_per_second = 500,
                          .threads = threads});
      for (int i = 0; i < 10; ++i) writer.write(pattern(160, 120, i));
      writer.finish();
      const std::string bytes = testing::text_of_file(folder / "video");
      if (first.empty()) first = bytes;
      EXPECT_EQ(bytes, first) << threads << " threads of " << writer.encoder();
    }
  }
}

TEST(VideoWriter, VariableTimesComeBackAndGapsAreCounted) {
  const testing::TemporaryFolder folder;
  const std::vector<double> times_s = {0.0, 0.010, 0.021, 0.030, 0.041, 0.050, 0.100, 0.110, 0.121};
  for (const VideoKind kind : {VideoKind::kLosslessGray, VideoKind::kOverlay}) {
    const auto path = folder / (kind == VideoKind::kOverlay ? "v.mp4" : "v.mkv");
    VideoWriter writer(path,
                       {.kind = kind,
                        .width = 64,
                        .height = 48,
                        .frames_per_second = 100,
                        .timing = FrameTiming::kVariable});
    for (std::size_t i = 0; i < times_s.size(); ++i) {
      writer.write(pattern(64, 48, static_cast<int>(i)), times_s[i]);
    }
    writer.finish();
    const auto source = video::open_source({path});
    video::Frame frame;
    std::size_t i = 0;
    for (; source->next(frame); ++i) {
      ASSERT_LT(i, times_s.size());
      EXPECT_NEAR(frame.time_s, times_s[i], 1e-5) << path << i;
    }
    EXPECT_EQ(i, times_s.size());
    EXPECT_EQ(source->report().timestamp_gaps, 1) << path;
    EXPECT_EQ(source->report().missing_frames, 4) << path;
    EXPECT_FALSE(source->report().was_truncated) << path;
  }
}

TEST(VideoWriter, OverlayOfOddSizeKeepsGrayAndColor) {
  const testing::TemporaryFolder folder;
  const int width = 65, height = 47;
  std::vector<std::uint8_t> rgb(static_cast<std::size_t>(width * height * 3));
  for (std::size_t i = 0; i < rgb.size(); i += 3) {
    rgb[i] = 200, rgb[i + 1] = 50, rgb[i + 2] = 10;
  }
  GrayImage gray(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) gray.row(y)[x] = static_cast<std::uint8_t>(3 * x);
  }
  VideoWriter writer(folder / "overlay.mp4",
                     {.kind = VideoKind::kOverlay,
                      .width = width,
                      .height = height,
                      .frames_per_second = 30000.0 / 1001.0,
                      .quality = 100});
  writer.write(RgbView{rgb.data(), width, height, width * 3});
  writer.write(gray);
  writer.finish();
  const auto source = video::open_source({folder / "overlay.mp4"});
  EXPECT_NEAR(source->info().frames_per_second, 30000.0 / 1001.0, 1e-9);
  video::Frame frame;
  ASSERT_TRUE(source->next(frame));
  EXPECT_EQ(frame.image.width(), 66);
  EXPECT_EQ(frame.image.height(), 48);
  const double luma = 16 + 219.0 / 255 * (0.299 * 200 + 0.587 * 50 + 0.114 * 10);
  EXPECT_NEAR(frame.image.row(20)[30], luma, 3.0);
  EXPECT_NEAR(frame.image.row(47)[65], luma, 3.0);
  ASSERT_TRUE(source->next(frame));
  EXPECT_NEAR(frame.time_s, 1001.0 / 30000.0, 1e-9);
  EXPECT_NEAR(frame.image.row(20)[40], 16 + 219.0 / 255 * 120, 6.0);
  EXPECT_FALSE(source->next(frame));
}

TEST(VideoWriter, NothingStaysWithoutFinish) {
  const testing::TemporaryFolder folder;
  {
    VideoWriter writer(folder / "video.mkv", {.width = 64, .height = 48, .frames_per_second = 25});
    writer.write(pattern(64, 48, 0));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(VideoWriter, RefusalsAreOneSentenceAndLeaveNothing) {
  const testing::TemporaryFolder folder;
  const auto sentence_of = [](auto action) -> std::string {
    try {
      action();
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  };
  const VideoWriterOptions options{.width = 64, .height = 48, .frames_per_second = 25};
  EXPECT_NE(sentence_of([&] { VideoWriter(folder / "absent/v.mkv", options); }).find("absent"),
            std::string::npos);
  VideoWriterOptions fast = options;
  fast.frames_per_second = 2000;
  EXPECT_NE(sentence_of([&] { VideoWriter(folder / "v.mkv", fast); }).find("2000"),
            std::string::npos);
  VideoWriterOptions variable = options;
  variable.timing = FrameTiming::kVariable;
  const std::string backward = sentence_of([&] {
    VideoWriter writer(folder / "v.mkv", variable);
    writer.write(pattern(64, 48, 0), 1.0);
    writer.write(pattern(64, 48, 1), 0.5);
  });
  EXPECT_NE(backward.find("frame 1"), std::string::npos) << backward;
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  VideoWriter writer(folder / "v.mkv", options);
  EXPECT_THROW(writer.write(pattern(65, 48, 0)), ContractError);
}

}  // namespace
}  // namespace eyelid::films
