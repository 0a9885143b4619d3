// SPDX-License-Identifier: MIT
#include "eyelid/tables/session_json.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "eyelid/core/error.hpp"
#include "temporary_folder.hpp"

namespace eyelid::tables {
namespace {

SessionSummary filled_summary() {
  SessionSummary summary;
  summary.source = {.path = "a \"quoted\" </script>.mkv",
                    .kind = "video",
                    .container = "matroska",
                    .codec = "ffv1",
                    .pixel_format = "gray",
                    .width = 640,
                    .height = 480,
                    .frames_per_second = 500.0,
                    .frame_count = 6000};
  summary.source_report.decoded_frames = 6000;
  summary.source_report.timestamp_gaps = 1;
  summary.source_report.suspect_frames = 5;
  summary.source_report.first_stamp_s = 0.16;
  summary.source_report.warnings = {"frame 7 is damaged"};
  summary.models = {{"landmarks 12", "lids", "1.0", "embedded", "00ff"}};
  summary.options = {{"z", "1"}, {"a", "2"}};
  summary.device = "cpu/x86_avx2";
  summary.closure.calibration.levels.right = {.open_ear = 0.3f, .closed_ear = 0.05f};
  summary.closure.calibration.closed_origin.right = {
      LevelSource::Estimated, EarInterval{0.006f, 0.08f}, "2 closures"};
  summary.closure.calibration.subject = "S1";
  summary.closure.noise.right = 0.03f;
  summary.closure.frames = 6000;
  summary.closure.valid_frames = 5990;
  summary.closure.blinks.right = 12;
  summary.closure.duration_s = 12.0;
  summary.frames_per_second = 1234.5;
  summary.stages = {{"detection", 6000, 0.5, 0.4, 0.6, 0.9}};
  summary.warnings = {"no full closure was seen"};
  summary.live.emplace();
  summary.live->overrun = 7;
  summary.live->hurried = 5;
  summary.live->measured_later = 6;
  summary.live->latency = {3, 0.5, 0.9, 0.9, {{0.25, 0.5, 1}, {0.5, 1.0, 2}}};
  summary.live->loop = LoopSummary{{2, 2.0, 4.0, 4.0, {}}, {0, 1, 1}, 1};
  return summary;
}

TEST(SessionJson, ReadsBackWhatItWrote) {
  testing::TemporaryFolder folder;
  const SessionSummary summary = filled_summary();
  write_session_json(folder / "session.json", summary);
  const SessionSummary read = read_session_json(folder / "session.json");
  EXPECT_EQ(session_json(read), session_json(summary));
  EXPECT_EQ(session_json(session_from_json(session_json(summary), "text")), session_json(summary));
  EXPECT_THROW(session_from_json("{}", "text"), InputError);
  EXPECT_EQ(read.source.path, summary.source.path);
  EXPECT_EQ(read.options, summary.options) << "the order of display must survive";
  EXPECT_EQ(read.closure.calibration.levels.right.open_ear, 0.3f);
  EXPECT_TRUE(std::isnan(read.closure.calibration.levels.left.open_ear));
  EXPECT_EQ(read.closure.noise.right, 0.03f);
  EXPECT_TRUE(std::isnan(read.closure.noise.left));
  const LevelOrigin& closed = read.closure.calibration.closed_origin.right;
  EXPECT_EQ(closed.source, LevelSource::Estimated);
  EXPECT_EQ(closed.interval, (EarInterval{0.006f, 0.08f}));
  EXPECT_EQ(closed.basis, "2 closures");
  EXPECT_FALSE(read.closure.calibration.open_origin.right.interval.has_value());
  EXPECT_EQ(read.stages.at(0).p99_ms, 0.9);
  EXPECT_EQ(read.warnings, summary.warnings);
  ASSERT_TRUE(read.live && read.live->loop);
  EXPECT_EQ(read.live->hurried, 5);
  EXPECT_EQ(read.live->measured_later, 6);
  EXPECT_EQ(read.live->latency.bins.at(1).count, 2);
  EXPECT_EQ(read.live->loop->frames, (std::vector<std::int64_t>{0, 1, 1}));
}

TEST(SessionJson, HoldsShortNumbersAndNullForWhatIsNotAvailable) {
  SessionSummary summary = filled_summary();
  summary.closure.duration_s = std::nan("");
  const std::string text = session_json(summary);
  EXPECT_NE(text.find("\"open_ear\": 0.3,"), std::string::npos) << text;
  EXPECT_EQ(text.find("NaN"), std::string::npos);
  EXPECT_EQ(text.find("nan"), std::string::npos);
  const auto json = nlohmann::json::parse(text);
  EXPECT_TRUE(json["calibration"]["left"]["open_ear"].is_null());
  EXPECT_TRUE(json["duration_s"].is_null());
  EXPECT_EQ(json["format_version"], kSessionFormatVersion);
}

TEST(SessionJson, EveryLevelHasItsSource) {
  const auto json = nlohmann::json::parse(session_json(filled_summary()));
  const auto& right = json["calibration"]["right"];
  EXPECT_EQ(right["open"]["source"], "measured");
  EXPECT_TRUE(right["open"]["interval"].is_null());
  EXPECT_EQ(right["closed"]["source"], "estimated");
  EXPECT_EQ(right["closed"]["interval"], (nlohmann::json{0.006, 0.08}));
}

TEST(SessionJson, ReadsTheCommonSourcesOfEarlierVersions) {
  testing::TemporaryFolder folder;
  std::ofstream(folder / "session.json")
      << R"({"format": "eyelid session", "calibration": {"right": {"open_ear": 0.3},
            "open_source": "file", "closed_source": "population"}})";
  const Calibration read = read_session_json(folder / "session.json").closure.calibration;
  EXPECT_EQ(read.levels.right.open_ear, 0.3f);
  EXPECT_EQ(read.open_origin.left.source, LevelSource::Given);
  EXPECT_EQ(read.closed_origin.right.source, LevelSource::Estimated);
}

TEST(SessionJson, ReplacesBytesThatAreNotUtf8) {
  SessionSummary summary;
  summary.source.path = "caf\xE9.mp4";
  EXPECT_TRUE(nlohmann::json::accept(session_json(summary)));
}

TEST(SessionJson, KeepsTheClipsOfASession) {
  testing::TemporaryFolder folder;
  const auto path = folder / "session.json";
  SessionSummary summary = filled_summary();
  summary.run.recording.paths = {"../a.mkv", "../b.mkv"};
  summary.run.recording.clips = {{10, 300, "aa"}, {20, 200, "bb"}};
  write_session_json(path, summary);
  const std::vector<ClipIdentity> clips = read_session_json(path).run.recording.clips;
  ASSERT_EQ(clips.size(), 2u);
  EXPECT_EQ(clips[1].size, 20);
  EXPECT_EQ(clips[1].frames, 200);
  EXPECT_EQ(clips[1].sha256_ends, "bb");
}

TEST(SessionJson, NotesOtherFilesOfTheRunAndKeepsUnknownKeys) {
  testing::TemporaryFolder folder;
  const auto path = folder / "session.json";
  SessionSummary summary = filled_summary();
  summary.run.id = "abc";
  summary.run.sha256 = {{"frames.csv", "11"}, {"session.nwb", "22"}};
  summary.run.recording = {
      .paths = {"../a.mkv"}, .size = 7, .frames = 6000, .sha256_ends = "33", .clips = {}};
  auto json = nlohmann::ordered_json::parse(session_json(summary));
  json["of a later version"] = 1;
  std::ofstream(path) << json.dump();
  const std::vector<std::string> removed = {"session.nwb", "conditioning.html"};
  const std::string text = session_json_with_files(path, removed, {{"trial_scores.csv", "44"}});
  std::ofstream(path) << text;
  const RunRecord run = read_session_json(path).run;
  EXPECT_EQ(run.id, "abc");
  EXPECT_EQ(run.sha256,
            (std::map<std::string, std::string>{{"frames.csv", "11"}, {"trial_scores.csv", "44"}}));
  EXPECT_EQ(run.recording.paths, summary.run.recording.paths);
  EXPECT_EQ(run.recording.size, 7);
  EXPECT_EQ(run.recording.sha256_ends, "33");
  EXPECT_NE(text.find("of a later version"), std::string::npos);
}

TEST(SessionJson, RefusesWhatIsNotASession) {
  testing::TemporaryFolder folder;
  const auto path = folder / "session.json";
  EXPECT_THROW(read_session_json(path), InputError);
  for (const char* text : {"",
                           "{",
                           "[]",
                           "{}",
                           "{\"format\": 3}",
                           "{\"format\": \"other\"}",
                           "{\"format\": \"eyelid session\", \"format_version\": 99}",
                           "{\"format\": \"eyelid session\", \"models\": 3}",
                           "{\"format\": \"eyelid session\", \"models\": [3]}",
                           "{\"format\": \"eyelid session\", \"counts\": {\"frames\": \"x\"}}"}) {
    std::ofstream(path) << text;
    EXPECT_THROW(read_session_json(path), InputError) << text;
  }
}

}  // namespace
}  // namespace eyelid::tables
