// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <set>
#include <string>

#include "eyelid/video/frame_source.hpp"
#include "eyelid/video/video_testing.hpp"
#include "temporary_folder.hpp"

namespace eyelid::video {
namespace {

bool shows(const GrayImage& image, const GrayImage& expected) {
  if (image.width() != expected.width() || image.height() != expected.height()) return false;
  for (int y = 0; y < image.height(); ++y) {
    const auto width = static_cast<std::size_t>(image.width());
    if (std::memcmp(image.row(y), expected.row(y), width) != 0) return false;
  }
  return true;
}

/// The frames of which `next()` delivered the picture; times and numbers must be those of all.
std::set<std::int64_t> shown(const std::vector<std::filesystem::path>& films,
                             const TestVideo& video,
                             const std::set<std::int64_t>& wanted) {
  std::int64_t last_asked = -1;
  SourceOptions options;
  options.is_wanted = [&](std::int64_t frame) {
    EXPECT_GT(frame, last_asked);
    last_asked = frame;
    return wanted.contains(frame);
  };
  const auto source = open_source(films, options);
  std::set<std::int64_t> frames;
  std::int64_t index = 0;
  // A picture that is left out must not be taken for one that was delivered before.
  for (Frame frame; source->next(frame); frame.image = GrayImage(8, 8), ++index) {
    EXPECT_EQ(frame.index, index);
    EXPECT_NEAR(frame.time_s, static_cast<double>(index) / video.frames_per_second, 1e-3);
    const auto in_clip = static_cast<int>(index % video.frames);
    if (shows(frame.image, test_picture(video, in_clip))) frames.insert(index);
  }
  EXPECT_EQ(index, std::ssize(films) * video.frames);
  return frames;
}

SourceReport report_of(const std::filesystem::path& film) {
  const auto source = open_source({film});
  for (Frame frame; source->next(frame);) {
  }
  return source->report();
}

TEST(WantedFrames, OthersAreNotDecodedWhereEachStandsAlone) {
  testing::TemporaryFolder folder;
  for (const char* encoder : {"magicyuv", "ffvhuff", "rawvideo"}) {
    const TestVideo video{.encoder = encoder};
    ASSERT_TRUE(write_test_video(folder / "film.mkv", video)) << encoder;
    EXPECT_TRUE(report_of(folder / "film.mkv").frames_stand_alone) << encoder;
    const std::set<std::int64_t> wanted = {3, 4, 17, 29};
    std::set<std::int64_t> delivered = wanted;
    delivered.insert(0);  // which tells the size
    EXPECT_EQ(shown({folder / "film.mkv"}, video, wanted), delivered) << encoder;
  }
}

TEST(WantedFrames, AreCountedThroughAllClips) {
  testing::TemporaryFolder folder;
  const TestVideo video{.encoder = "ffvhuff"};
  ASSERT_TRUE(write_test_video(folder / "1.mkv", video));
  ASSERT_TRUE(write_test_video(folder / "2.mkv", video));
  EXPECT_EQ(shown({folder / "1.mkv", folder / "2.mkv"}, video, {29, 31, 45}),
            (std::set<std::int64_t>{0, 29, 30, 31, 45}));
}

TEST(WantedFrames, AllAreDecodedWhereOthersNeedThem) {
  testing::TemporaryFolder folder;
  TestVideo video{.encoder = "ffv1"};
  ASSERT_TRUE(write_test_video(folder / "film.mkv", video));
  EXPECT_FALSE(report_of(folder / "film.mkv").frames_stand_alone);
  EXPECT_EQ(shown({folder / "film.mkv"}, video, {7}).size(), 30u);
}

}  // namespace
}  // namespace eyelid::video
