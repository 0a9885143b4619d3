// SPDX-License-Identifier: MIT
#include "eyelid/video/clips.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "eyelid/core/error.hpp"
#include "eyelid/video/frame_source.hpp"
#include "eyelid/video/video_testing.hpp"
#include "refusal.hpp"
#include "temporary_folder.hpp"

namespace eyelid::video {
namespace {

namespace fs = std::filesystem;
using testing::refusal_of;
using testing::TemporaryFolder;

void touch(const fs::path& path) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << "-";
}

std::vector<std::string> names_of(const std::vector<ClipInputs>& clips) {
  std::vector<std::string> names;
  for (const ClipInputs& clip : clips) {
    std::string& name = names.emplace_back();
    for (const fs::path& input : clip) name += input.filename().string() + ";";
  }
  return names;
}

using Names = std::vector<std::string>;

TEST(Clips, AFolderOfFilmsStandsForThemInNaturalOrder) {
  const TemporaryFolder folder;
  for (const char* name : {"trial10.MP4", "trial2.mp4", "trial1.avi", "notes.txt", ".hidden.mp4"}) {
    touch(folder / "films" / name);
  }
  EXPECT_EQ(names_of(clips_of({folder / "films"})),
            (Names{"trial1.avi;", "trial2.mp4;", "trial10.MP4;"}));
  EXPECT_EQ(names_of(clips_of(joined(clips_of({folder / "films"})))).size(), 3u);
}

TEST(Clips, FilmsAndFoldersKeepTheGivenOrder) {
  const TemporaryFolder folder;
  touch(folder / "b.mp4");
  touch(folder / "a.mp4");
  touch(folder / "day" / "1.avi");
  touch(folder / "pictures" / "1.png");
  EXPECT_EQ(
      names_of(clips_of({folder / "b.mp4", folder / "day", folder / "pictures", folder / "a.mp4"})),
      (Names{"b.mp4;", "1.avi;", "pictures;", "a.mp4;"}));
}

TEST(Clips, PictureFilesAreOneRecording) {
  const TemporaryFolder folder;
  touch(folder / "1.png");
  touch(folder / "2.png");
  EXPECT_EQ(names_of(clips_of({folder / "1.png", folder / "2.png"})), (Names{"1.png;2.png;"}));
  EXPECT_EQ(names_of(clips_of({folder.path()})), (Names{folder.path().filename().string() + ";"}));
}

TEST(Clips, TheOverlayOfEarlierResultsIsNoClip) {
  const TemporaryFolder folder;
  touch(folder / "1.mp4");
  touch(folder / "overlay.mp4");
  EXPECT_EQ(clips_of({folder.path()}).size(), 2u) << "a film of the user's";
  touch(folder / "session.json");
  EXPECT_EQ(names_of(clips_of({folder.path()})), (Names{"1.mp4;"}));
}

TEST(Clips, MixturesAndEmptyFoldersAreRefused) {
  const TemporaryFolder folder;
  touch(folder / "mixed" / "1.mp4");
  touch(folder / "mixed" / "2.png");
  fs::create_directories(folder / "empty");
  EXPECT_NE(
      refusal_of([&] { clips_of({folder / "mixed"}); }).find("holds films (1) and pictures (1)"),
      std::string::npos);
  EXPECT_NE(refusal_of([&] { clips_of({folder / "empty"}); }).find("no pictures and no films"),
            std::string::npos);
  EXPECT_NE(refusal_of([&] {
              clips_of({folder / "mixed" / "1.mp4", folder / "mixed" / "2.png"});
            }).find("2.png: a picture beside"),
            std::string::npos);
}

TEST(Clips, NumbersAndTimesRunOnAcrossClips) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_test_video(folder / "a.mkv", {.frames = 5}));
  ASSERT_TRUE(write_test_video(folder / "b.mkv", {.frames = 3}));
  ASSERT_TRUE(write_test_video(folder / "c.mkv", {.frames = 4}));
  const auto source = open_source({folder.path()});
  EXPECT_EQ(source->info().kind, "clips");
  EXPECT_EQ(source->info().path, (folder / "a.mkv").string() + " and 2 more");
  Frame frame;
  std::vector<std::int32_t> clips;
  for (std::int64_t i = 0; source->next(frame); ++i) {
    EXPECT_EQ(frame.index, i);
    EXPECT_NEAR(frame.time_s, 0.02 * static_cast<double>(i), 1e-9) << "50 frames/s";
    clips.push_back(frame.clip);
  }
  EXPECT_EQ(clips, (std::vector<std::int32_t>{1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3}));
  EXPECT_EQ(source->report().decoded_frames, 12);
}

TEST(Clips, PictureFoldersAreClipsToo) {
  const TemporaryFolder folder;
  for (const char* clip : {"t1", "t2"}) {
    for (const char* name : {"0.pgm", "1.pgm"}) {
      fs::create_directories(folder / clip);
      std::ofstream(folder / clip / name) << "P5 64 48 255\n" << std::string(64 * 48, 'a');
    }
  }
  const auto source = open_source({folder / "t1", folder / "t2"}, {.frames_per_second = 100.0});
  Frame frame;
  double last_s = 0.0;
  while (source->next(frame)) last_s = frame.time_s;
  EXPECT_EQ(frame.index, 3);
  EXPECT_EQ(frame.clip, 2);
  EXPECT_NEAR(last_s, 0.03, 1e-9);
}

TEST(Clips, OtherSizesRatesAndTimeStampsAreRefusedBeforeTheFirstFrame) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_test_video(folder / "a.mkv", {.frames = 5}));
  ASSERT_TRUE(write_test_video(folder / "wide.mkv", {.width = 128, .frames = 5}));
  ASSERT_TRUE(write_test_video(folder / "fast.mkv", {.frames = 5, .frames_per_second = 100}));
  EXPECT_EQ(refusal_of([&] {
              open_source({folder / "a.mkv", folder / "wide.mkv"});
            }),
            (folder / "wide.mkv").string() + ": 128 x 64 pixels, expected 96 x 64 as of " +
                (folder / "a.mkv").string() + " (the clips of a session have one size)");
  EXPECT_EQ(refusal_of([&] {
              open_source({folder / "a.mkv", folder / "fast.mkv"});
            }),
            (folder / "fast.mkv").string() + ": 100 frames/s, expected 50 as of " +
                (folder / "a.mkv").string() + " (the clips of a session have one rate)");
  SourceOptions options;
  options.stamps = {{0.0, 0.1}, "stamps.csv"};
  EXPECT_EQ(refusal_of([&] {
              open_source({folder / "a.mkv", folder / "a.mkv"}, options);
            }),
            "stamps.csv: time stamps of one recording, but there are 2 clips");
}

TEST(Clips, AWarningOfSeveralClipsIsSaidOnce) {
  const TemporaryFolder folder;
  for (const char* name : {"a.mkv", "b.mkv", "c.mkv"}) {
    ASSERT_TRUE(write_test_video(folder / name, {.frames = 4, .stamps = {0, 1, 2, 9}}));
  }
  const auto source = open_source({folder.path()});
  Frame frame;
  while (source->next(frame)) {
  }
  const SourceReport report = source->report();
  EXPECT_EQ(report.timestamp_gaps, 3);
  int said = 0;
  for (const std::string& warning : report.warnings) {
    if (warning.find("missing") == std::string::npos) continue;
    ++said;
    EXPECT_TRUE(warning.starts_with((folder / "a.mkv").string() + " and 2 more: ")) << warning;
  }
  EXPECT_EQ(said, 1);
}

}  // namespace
}  // namespace eyelid::video
