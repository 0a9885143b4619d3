// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/video/frame_source.hpp"
#include "shared_data.hpp"
#include "temporary_folder.hpp"

namespace eyelid::video {
namespace {

void write_file(const std::filesystem::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary).write(content.data(), std::ssize(content));
}

void write_pgm(const std::filesystem::path& path, int width, int height, char value) {
  write_file(path,
             "P5 " + std::to_string(width) + " " + std::to_string(height) + " 255\n" +
                 std::string(static_cast<std::size_t>(width * height), value));
}

struct Recording {
  std::vector<double> times_s;
  SourceInfo info;
  SourceReport report;
};

Recording read_all(const std::vector<std::filesystem::path>& inputs,
                   const SourceOptions& options = {}) {
  const auto source = open_source(inputs, options);
  Recording recording;
  Frame frame;
  while (source->next(frame)) {
    EXPECT_EQ(frame.index, std::ssize(recording.times_s));
    EXPECT_FALSE(frame.image.is_empty());
    EXPECT_TRUE(recording.times_s.empty() || frame.time_s > recording.times_s.back());
    recording.times_s.push_back(frame.time_s);
  }
  EXPECT_FALSE(source->next(frame));
  recording.info = source->info();
  recording.report = source->report();
  EXPECT_EQ(recording.report.decoded_frames, std::ssize(recording.times_s));
  return recording;
}

std::string error_of(const std::vector<std::filesystem::path>& inputs) {
  try {
    open_source(inputs);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(OpenSource, FolderOfNumberedPicturesHasNumberOverRateTimes) {
  const testing::TemporaryFolder folder;
  write_pgm(folder / "img10.pgm", 6, 4, 'c');
  write_pgm(folder / "img2.pgm", 5, 3, 'b');
  write_pgm(folder / "img1.pgm", 6, 4, 'a');
  const auto source = open_source({folder.path()}, {.frames_per_second = 500.0});
  Frame frame;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(source->next(frame));
    EXPECT_EQ(frame.image.row(0)[0], 'a' + i);
    EXPECT_DOUBLE_EQ(frame.time_s, (i < 2 ? i : 9) / 500.0);
  }
  EXPECT_EQ(frame.image.width(), 6);
  EXPECT_FALSE(source->next(frame));
  EXPECT_EQ(source->report().missing_frames, 7);
  EXPECT_EQ(source->info().kind, "image folder");
  EXPECT_EQ(source->info().width, 0);
  EXPECT_EQ(source->info().frame_count, 3);
}

TEST(OpenSource, DamagedPictureIsSkippedCountedAndNamed) {
  const testing::TemporaryFolder folder;
  write_pgm(folder / "1.pgm", 6, 4, 'a');
  write_file(folder / "2.pgm", "P5 6 4 255\nabc");
  write_pgm(folder / "3.pgm", 6, 4, 'c');
  const Recording recording = read_all({folder.path()}, {.frames_per_second = 25.0});
  EXPECT_EQ(recording.times_s, (std::vector<double>{0.0, 0.08}));
  EXPECT_EQ(recording.report.damaged_frames, 1);
  EXPECT_EQ(recording.report.timestamp_gaps, 1);
  EXPECT_EQ(recording.report.missing_frames, 1);
  ASSERT_EQ(recording.report.warnings.size(), 2u);
  EXPECT_NE(recording.report.warnings[0].find("2.pgm"), std::string::npos);
  EXPECT_NE(recording.report.warnings[1].find("1 after frame 0 (0.000 s)"), std::string::npos);
}

TEST(OpenSource, PicturesComeInOrderFromAnyNumberOfThreads) {
  const testing::TemporaryFolder folder;
  for (int i = 0; i < 40; ++i) {
    const auto path = folder / ("img" + std::to_string(i) + ".pgm");
    // Sizes differ, so that later pictures are ready before earlier ones.
    if (i % 7 == 3) {
      write_file(path, "P5 8 8 255\nshort");
    } else {
      write_pgm(path, i % 3 == 0 ? 1500 : 8, i % 3 == 0 ? 1500 : 8, static_cast<char>(i));
    }
  }
  for (const int threads : {1, 2, 5, 64}) {
    const auto source =
        open_source({folder.path()}, {.frames_per_second = 25.0, .decoder_threads = threads});
    std::vector<int> values;
    for (Frame frame; source->next(frame);) {
      EXPECT_EQ(frame.index, std::ssize(values));
      EXPECT_DOUBLE_EQ(frame.time_s, frame.image.row(0)[0] / 25.0);
      values.push_back(frame.image.row(0)[0]);
    }
    EXPECT_EQ(values.size(), 34u) << threads;
    EXPECT_TRUE(std::is_sorted(values.begin(), values.end()));
    EXPECT_EQ(source->report().damaged_frames, 6);
    ASSERT_GE(source->report().warnings.size(), 6u);
    EXPECT_NE(source->report().warnings[1].find("img10.pgm"), std::string::npos);
  }
}

TEST(OpenSource, PicturesWithoutARateAreNotTimedInSilence) {
  const testing::TemporaryFolder folder;
  std::filesystem::create_directory(folder / "numbered");
  write_pgm(folder / "numbered/1.pgm", 6, 4, 'a');
  write_pgm(folder / "numbered/2.pgm", 6, 4, 'a');
  const Recording numbered = read_all({folder / "numbered"});
  EXPECT_EQ(numbered.info.clock, "assumed rate");
  ASSERT_EQ(numbered.report.warnings.size(), 1u);
  EXPECT_NE(numbered.report.warnings[0].find("25 frames/s are assumed"), std::string::npos);
  std::filesystem::create_directory(folder / "stamped");
  write_pgm(folder / "stamped/a_20260714_101530_990.pgm", 6, 4, 'a');
  write_pgm(folder / "stamped/a_20260714_101530_995.pgm", 6, 4, 'a');
  write_pgm(folder / "stamped/a_20260714_101531_000.pgm", 6, 4, 'a');
  const Recording stamped = read_all({folder / "stamped"});
  EXPECT_NEAR(stamped.times_s[2], 0.01, 1e-9);
  EXPECT_NEAR(stamped.info.frames_per_second, 200.0, 1e-6);
  EXPECT_TRUE(stamped.report.warnings.empty()) << stamped.report.warnings[0];
}

TEST(OpenSource, ListOfPicturesKeepsItsOrder) {
  const testing::TemporaryFolder folder;
  write_pgm(folder / "b.pgm", 6, 4, 'b');
  write_pgm(folder / "a.pgm", 6, 4, 'a');
  const auto source = open_source({folder / "b.pgm", folder / "a.pgm"});
  Frame frame;
  ASSERT_TRUE(source->next(frame));
  EXPECT_EQ(frame.image.row(0)[0], 'b');
  EXPECT_EQ(source->info().kind, "image list");
}

TEST(OpenSource, OnePictureByContentNotByName) {
  const testing::TemporaryFolder folder;
  write_pgm(folder / "picture.mp4", 6, 4, 'a');
  const Recording recording = read_all({folder / "picture.mp4"});
  EXPECT_EQ(recording.info.kind, "image");
  EXPECT_EQ(recording.info.width, 6);
  EXPECT_EQ(recording.times_s.size(), 1u);
}

TEST(OpenSource, HopelessInputsAreOneSentence) {
  const testing::TemporaryFolder folder;
  write_file(folder / "empty.mp4", "");
  write_file(folder / "text.mp4", "This is not a video at all.\nReally not.\n");
  write_file(folder / "text.txt", "This is not a video at all.\nReally not.\n");
  write_file(folder / "list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n/etc/passwd\n");
  write_file(folder / "list.mp4", "ffconcat version 1.0\nfile /etc/hostname\n");
  std::filesystem::create_directory(folder / "no_pictures");
  std::mt19937 random(1);
  std::string noise(100'000, ' ');
  for (char& c : noise) c = static_cast<char>(random());
  write_file(folder / "noise.avi", noise);
  for (const char* name : {"empty.mp4",
                           "text.mp4",
                           "text.txt",
                           "list.m3u8",
                           "list.mp4",
                           "no_pictures",
                           "noise.avi",
                           "absent.mp4"}) {
    const std::string sentence = error_of({folder / name});
    EXPECT_NE(sentence.find((folder / name).string() + ": "), std::string::npos) << name;
    EXPECT_NE(sentence.find("expected"), std::string::npos) << sentence;
    EXPECT_EQ(sentence.find('\n'), std::string::npos) << sentence;
  }
  EXPECT_NE(error_of({"/dev/null"}).find("regular file"), std::string::npos);
  EXPECT_NE(error_of({folder / "text.mp4", folder / "text.txt"}), "");
  EXPECT_NE(error_of({folder.path(), folder / "text.txt"}), "");
}

TEST(OpenSource, SharedContainersGiveTheSameClip) {
  EYELID_SHARED_OR_SKIP(folder, "data/formats/containers");
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const Recording recording = read_all({entry.path()});
    EXPECT_EQ(recording.times_s.size(), 30u) << entry.path();
    EXPECT_EQ(recording.info.width, 1920) << entry.path();
    EXPECT_EQ(recording.info.height, 1080) << entry.path();
    EXPECT_NEAR(recording.info.frames_per_second, 30.0, 0.01) << entry.path();
    EXPECT_EQ(recording.report.damaged_frames, 0) << entry.path();
    EXPECT_FALSE(recording.report.was_truncated) << entry.path();
    ++count;
  }
  EXPECT_GT(count, 0);
}

TEST(OpenSource, SharedVideosAreWhole) {
  EYELID_SHARED_OR_SKIP(folder, "video");
  const struct {
    const char* name;
    std::size_t frames;
    double fps;
  } cases[] = {{"portrait_d18.mp4", 216, 30.0},
               {"eye_closeup_78fps.mp4", 284, 77.86},
               {"webcam_0004_01_06_03.mp4", 453, 25.0},
               {"webcam_moving_head.avi", 1066, 20.0}};
  for (const auto& c : cases) {
    const Recording recording = read_all({folder / c.name});
    EXPECT_EQ(recording.times_s.size(), c.frames) << c.name;
    EXPECT_NEAR(recording.info.frames_per_second, c.fps, 0.05) << c.name;
    EXPECT_EQ(recording.report.damaged_frames, 0) << c.name;
    EXPECT_EQ(recording.report.timestamp_gaps, 0) << c.name;
    EXPECT_EQ(recording.report.repaired_timestamps, 0) << c.name;
    EXPECT_FALSE(recording.report.was_truncated) << c.name;
    EXPECT_TRUE(recording.report.warnings.empty()) << recording.report.warnings.front();
  }
}

}  // namespace
}  // namespace eyelid::video
