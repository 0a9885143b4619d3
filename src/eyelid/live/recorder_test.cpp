// SPDX-License-Identifier: MIT
#include "eyelid/live/recorder.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/video/frame_source.hpp"
#include "temporary_folder.hpp"

namespace eyelid::live {
namespace {

constexpr int kWidth = 160, kHeight = 120;

CapturedFramePtr picture(FramePool& pool, std::int64_t index) {
  const auto frame = pool.take();
  frame->index = index;
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      frame->image.row(y)[x] = static_cast<std::uint8_t>(x * 5 + y * 3 + index);
    }
  }
  return frame;
}

TEST(Recorder, EveryGrayLevelComesBack) {
  const eyelid::testing::TemporaryFolder folder;
  for (const films::VideoKind kind : {films::VideoKind::kLiveGray, films::VideoKind::kLiveRaw}) {
    const auto path = folder / (kind == films::VideoKind::kLiveGray ? "a.mkv" : "b.mkv");
    FramePool pool(64, kWidth, kHeight);
    std::vector<std::string> notices;
    Recorder recorder(path, kind, kWidth, kHeight, 500.0, 64, [&](const std::string& sentence) {
      notices.push_back(sentence);
    });
    for (std::int64_t i = 0; i < 50; ++i) recorder.add(picture(pool, i));
    recorder.finish();
    EXPECT_EQ(recorder.recorded(), 50);
    EXPECT_TRUE(notices.empty());
    const auto source = video::open_source({path});
    video::Frame frame;
    std::int64_t count = 0;
    for (; source->next(frame); ++count) {
      ASSERT_EQ(frame.image.row(100)[31], static_cast<std::uint8_t>(31 * 5 + 300 + count));
    }
    EXPECT_EQ(count, 50);
    EXPECT_EQ(source->report().damaged_frames, 0);
  }
}

TEST(Recorder, ASlowDiskEndsTheRecordingAndNothingElse) {
  const eyelid::testing::TemporaryFolder folder;
  for (const films::VideoKind kind : {films::VideoKind::kLiveGray, films::VideoKind::kLiveRaw}) {
    const bool is_raw = kind == films::VideoKind::kLiveRaw;
    FramePool pool(64, kWidth, kHeight);
    std::vector<std::string> notices;
    Recorder recorder(folder / (is_raw ? "b.mkv" : "a.mkv"),
                      kind,
                      kWidth,
                      kHeight,
                      500.0,
                      0,  // nothing may wait
                      [&](const std::string& sentence) { notices.push_back(sentence); });
    for (std::int64_t i = 0; i < 50; ++i) recorder.add(picture(pool, i));
    recorder.finish();
    EXPECT_EQ(recorder.recorded(), 0);
    ASSERT_EQ(notices.size(), 1u);
    EXPECT_NE(notices[0].find("the recording ends after 0 frames"), std::string::npos);
    EXPECT_EQ(notices[0].find("a raw recording would need less") != std::string::npos, !is_raw);
  }
}

TEST(Recorder, NeverTakesANameThatIsThere) {
  const eyelid::testing::TemporaryFolder folder;
  const auto record = [&] {
    Recorder(folder / "a.mkv", films::VideoKind::kLiveGray, 64, 64, 500.0, 8, [](const auto&) {
    }).finish();
  };
  record();
  EXPECT_THROW(record(), InputError);
}

}  // namespace
}  // namespace eyelid::live
