// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/recording_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <vector>

#include "refusal.hpp"
#include "temporary_folder.hpp"
#include "text_of_file.hpp"

namespace eyelid::pipeline {
namespace {

using testing::refusal_of;
using testing::TemporaryFolder;
using testing::text_of_file;

/// A recording in memory.
struct Held {
  SessionSummary summary;
  std::vector<EyelidSample> samples;
  std::vector<Blink> blinks;
  std::vector<std::vector<Point>> points;

  RowObserver observer() {
    return {[this](const EyelidSample& sample) { samples.push_back(sample); },
            [this](const Blink& blink) { blinks.push_back(blink); },
            [this](std::int64_t, std::span<const Point> row) {
              points.emplace_back(row.begin(), row.end());
            }};
  }
  void save(const std::filesystem::path& folder) const {
    RecordingWriter writer(
        folder, summary, points.empty() ? std::nullopt : std::optional<std::size_t>(12));
    for (const EyelidSample& sample : samples) writer.write(sample);
    for (const Blink& blink : blinks) writer.write(blink);
    for (std::size_t i = 0; i < points.size(); ++i) {
      writer.write(static_cast<std::int64_t>(i), points[i]);
    }
    writer.commit();
  }
};

Held made_recording() {
  Held held;
  held.summary.run.id = "abc";
  held.summary.run.recording.paths = {"/films/one/video.mkv"};
  held.summary.run.recording.sha256_ends = "00";
  held.summary.closure.frames = 3;
  for (int i = 0; i < 3; ++i) {
    EyelidSample sample;
    sample.frame = i;
    sample.time_s = i / 3.0;
    sample.is_valid = i != 1;
    sample.ear = {0.3f + 0.01234567f * static_cast<float>(i), i == 1 ? kNotAvailable : 0.29f};
    sample.fec = {0.1f, 1.0f / 3.0f};
    sample.mean_fec = 0.2f;
    sample.face_box = {10.0f, 20.0f, 1234.56f, 300.0f};
    held.samples.push_back(sample);
    held.points.emplace_back(i == 1 ? 0 : 12, Point{1.25f, 100.0f / 3.0f});
  }
  held.blinks.push_back({.eye = Eye::Left,
                         .onset_frame = 1,
                         .peak_frame = 2,
                         .offset_frame = 3,
                         .onset_s = 1.0 / 3.0,
                         .peak_s = 2.0 / 3.0,
                         .offset_s = 1.0,
                         .amplitude = 0.9f,
                         .peak_fec = 0.95f,
                         .kind = BlinkKind::Partial,
                         .closing_ms = 66.6667f,
                         .opening_ms = 100.0f,
                         .half_width_ms = 90.5f,
                         .is_cut = true});
  return held;
}

TEST(RecordingFolder, WhatWasReadIsWrittenAgainByteForByte) {
  const TemporaryFolder folder;
  made_recording().save(folder / "first");
  Held again;
  const ReadRecording read = read_recording(folder / "first", again.observer());
  again.summary = read.summary;
  EXPECT_EQ(read.landmark_points, 12u);
  EXPECT_EQ(again.samples.size(), 3u);
  again.save(folder / "deeper" / "second");
  for (const char* name : {"frames.csv", "blinks.csv", "landmarks.csv"}) {
    EXPECT_EQ(text_of_file(folder / "first" / name),
              text_of_file(folder / "deeper" / "second" / name))
        << name;
  }
}

TEST(RecordingFolder, ThePathOfTheRecordingFollows) {
  const TemporaryFolder folder;
  made_recording().save(folder / "out");
  const std::string json = text_of_file(folder / "out" / "session.json");
  EXPECT_EQ(json.find("\"/films/one"), std::string::npos) << json;
  Held held;
  EXPECT_EQ(read_recording(folder / "out", held.observer()).summary.run.recording.paths,
            (std::vector<std::string>{"/films/one/video.mkv"}));
}

TEST(RecordingFolder, ATableOfAnotherRunIsRefused) {
  const TemporaryFolder folder;
  made_recording().save(folder / "out");
  std::ofstream(folder / "out" / "blinks.csv", std::ios::app)
      << "left,1,2,3,1,2,3,1,1,full,1,1,1,0\n";
  EXPECT_NE(refusal_of([&] { read_recording(folder / "out", {}); }).find("is not of the run"),
            std::string::npos);
}

TEST(RecordingFolder, ATableWithoutASessionIsCounted) {
  const TemporaryFolder folder;
  made_recording().save(folder / "out");
  std::filesystem::remove(folder / "out" / "session.json");
  const ReadRecording read = read_recording(folder / "out", {});
  EXPECT_EQ(read.summary.closure.frames, 3);
  EXPECT_EQ(read.summary.closure.valid_frames, 2);
  EXPECT_TRUE(read.summary.run.recording.paths.empty());
}

}  // namespace
}  // namespace eyelid::pipeline
