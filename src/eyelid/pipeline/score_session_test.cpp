// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/score_session.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "eyelid/closure/level_warnings.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/files/atomic_file.hpp"
#include "eyelid/files/sha256.hpp"
#include "eyelid/pipeline/frames_in_memory_testing.hpp"
#include "eyelid/pipeline/score_files.hpp"
#include "eyelid/pipeline/trial_clock.hpp"
#include "eyelid/tables/calibration_file.hpp"
#include "eyelid/tables/frames_csv.hpp"
#include "eyelid/tables/session_json.hpp"

namespace eyelid::pipeline {
namespace {

constexpr double kRate = 30.0;  // as given to track; pictures without it are at 25/s
constexpr double kIsi_s = 0.2;
constexpr int kFrames = 360;
constexpr int kLit = 6;  // frames
const std::vector<int> kLampFrames = {20, 80, 131, 215, 262, 330};

double time_of(int frame) { return frame / kRate; }

bool is_lit(int frame) {
  return std::ranges::any_of(kLampFrames, [&](int on) { return frame >= on && frame < on + kLit; });
}

// A folder of pictures with a lamp in them, tracked at 30/s, and the results of track.
class ScoreSession : public testing::Test {
 protected:
  ScoreSession() {
    const testing::TestInfo& test = *testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::temp_directory_path() /
              ("eyelid-score-" + std::to_string(getpid()) + "-" + test.name());
    std::filesystem::create_directories(folder_ / "pictures");
    for (int frame = 0; frame < kFrames; ++frame) {
      const std::string number = std::to_string(1000 + frame);
      std::ofstream picture(folder_ / "pictures" / ("f" + number + ".pgm"), std::ios::binary);
      picture << "P5 16 16 255\n" << std::string(16 * 16, is_lit(frame) ? '\xc8' : '\x28');
    }
    std::ofstream(folder_ / "session.json")
        << R"({"format": "eyelid session", "format_version": 1, "input": {"path": ")"
        << (folder_ / "pictures").string() << R"(", "kind": "image folder"}})";
    write_frames();
  }
  ~ScoreSession() override { std::filesystem::remove_all(folder_); }

  // An eye at rest: what the trials are worth does not matter here.
  void write_frames() const {
    tables::FramesCsvWriter writer(folder_ / "frames.csv");
    for (int frame = 0; frame < kFrames; ++frame) {
      EyelidSample sample;
      sample.frame = frame;
      sample.time_s = time_of(frame);
      sample.is_valid = true;
      sample.fec = {0.0f, 0.0f};
      sample.mean_fec = 0.0f;
      writer.write(sample);
    }
    writer.commit();
  }

  // Of a controller that started 100 s earlier. Every edge of `bouncing` comes twice.
  std::filesystem::path write_log(const std::string& bouncing) const {
    std::filesystem::path path = folder_ / "controller.csv";
    std::ofstream log(path);
    log << "time_s,event\n";
    const auto write = [&](double time_s, const std::string& name) {
      log << 100.0 + time_s << ',' << name << '\n';
      if (name == bouncing) log << 100.0 + time_s + 0.003 << ',' << name << '\n';
    };
    log << std::fixed;
    for (const int frame : kLampFrames) {
      write(time_of(frame), "cs");
      write(time_of(frame) + kIsi_s, "us");
    }
    return path;
  }

  ScoredSession score(const std::filesystem::path& log,
                      const std::filesystem::path& calibration = {}) const {
    ScoreRequest request;
    request.calibration_file = calibration;
    request.folder = folder_;
    request.sync_region = "2,2,8,8";
    request.events_file = log;
    if (log.empty()) request.settings = {"isi_ms=200"};
    ScoredSession session = score_folder(request);
    session.run.reset();  // nothing is kept; the folder is free for the next
    return session;
  }

  std::filesystem::path folder_;
};

void expect_trials_at_the_lamp(const std::vector<TrialRow>& rows) {
  ASSERT_EQ(rows.size(), kLampFrames.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_NEAR(rows[i].trial.cs_onset_s.value_or(-1.0), time_of(kLampFrames[i]), 0.002);
    EXPECT_NEAR(rows[i].trial.us_onset_s.value_or(-1.0), time_of(kLampFrames[i]) + kIsi_s, 0.002);
  }
}

bool any_names(const std::vector<std::string>& warnings, const std::string& text) {
  return std::ranges::any_of(
      warnings, [&](const std::string& one) { return one.find(text) != std::string::npos; });
}

TEST_F(ScoreSession, PicturesAreOnTheClockOfFramesCsv) {
  const ScoredSession session = score({});
  expect_trials_at_the_lamp(session.rows);
  EXPECT_FALSE(any_names(session.warnings, "LED"));
}

TEST_F(ScoreSession, ALogThatBouncesGivesTheTrialsOfACleanOne) {
  const ScoredSession clean = score(write_log(""));
  expect_trials_at_the_lamp(clean.rows);
  EXPECT_FALSE(any_names(clean.warnings, "bounce"));
  for (const char* name : {"cs", "us"}) {
    const std::filesystem::path log = write_log(name);
    const ScoredSession session = score(log);
    expect_trials_at_the_lamp(session.rows);
    EXPECT_TRUE(any_names(session.warnings, log.string() + ": 6 events are within 50 ms")) << name;
    EXPECT_EQ(session.rows[1].line, 5) << name;  // line 1 is the header
  }
}

TEST_F(ScoreSession, MessagesAboutTrialsNameWhereTheyCameFrom) {
  const std::filesystem::path log = write_log("");
  std::ofstream(log, std::ios::app) << "113.0,cs\n113.2,us\n";
  const ScoredSession by_log = score(log);
  EXPECT_TRUE(any_names(by_log.warnings, log.string() + ":14: trial 7: runs from"));
  EXPECT_FALSE(any_names(by_log.warnings, "trials.csv"));

  std::ofstream(log) << "time_s,event\n1,cs\n2,cs\n2.3,cs\n";
  try {
    score(log);
    FAIL() << "a foreign log matches";
  } catch (const InputError& error) {
    EXPECT_EQ(std::string(error.what()).find(log.string() + ": 3 pulses"), 0u) << error.what();
  }
}

TEST_F(ScoreSession, AFolderWithoutTrialsSaysSo) {
  ScoreRequest request;
  request.folder = folder_;
  try {
    score_folder(request);
    FAIL() << "scored without trials";
  } catch (const InputError& error) {
    EXPECT_EQ(std::string(error.what()).find(folder_.string() + ": no trials.csv in it"), 0u)
        << error.what();
  }
}

// Gray level of the lamp in each frame.
PlacedTrials placed(const std::filesystem::path& frames_csv, const std::vector<int>& levels) {
  std::vector<GrayImage> images;
  for (const int level : levels) {
    GrayImage image(16, 16);
    for (int y = 0; y < 16; ++y) std::fill_n(image.row(y), 16, static_cast<std::uint8_t>(level));
    images.push_back(std::move(image));
  }
  FramesInMemory film(images);  // 500/s by its own clock
  tables::FramesCsvReader frames(frames_csv);
  return place_trials(
      film, frames, region_from("2,2,8,8"), "", {}, {}, kIsi_s, frames_csv.parent_path());
}

TEST_F(ScoreSession, AFilmIsOnTheClockOfFramesCsv) {
  std::vector<int> levels;
  for (int frame = 0; frame < kFrames; ++frame) levels.push_back(is_lit(frame) ? 200 : 40);
  const PlacedTrials film = placed(folder_ / "frames.csv", levels);
  expect_trials_at_the_lamp(film.rows);
  EXPECT_TRUE(film.warnings.empty());
}

TEST_F(ScoreSession, TheCurveOfTheLampShowsEveryFlashWithFewPoints) {
  const std::filesystem::path table = folder_ / "long.csv";
  constexpr int kLong = 9000;
  std::vector<int> levels(kLong, 40);
  {
    tables::FramesCsvWriter frames(table);
    for (int frame = 0; frame < kLong; ++frame) {
      EyelidSample sample;
      sample.frame = frame;
      sample.time_s = frame / 500.0;
      frames.write(sample);
    }
    frames.commit();
  }
  // Five frames lie under a pair of points; the first flash reaches over two of them.
  for (const std::size_t flash : {1004u, 4500u, 8997u})
    levels.at(flash) = levels.at(flash + 1) = 200;
  const PlacedTrials film = placed(table, levels);
  EXPECT_EQ(film.rows.size(), 3u);
  const std::vector<float>& drawn = film.findings.brightness;
  EXPECT_LE(drawn.size(), 4002u);
  EXPECT_EQ(std::ranges::count_if(drawn, [](float level) { return level > 100.0f; }), 4);
  EXPECT_TRUE(std::ranges::is_sorted(film.findings.brightness_time_s));
}

TEST_F(ScoreSession, ALampThatFlickersIsOneCs) {
  std::vector<int> levels;
  for (int frame = 0; frame < kFrames; ++frame) levels.push_back(is_lit(frame) ? 200 : 40);
  levels[82] = 40;  // one dark frame
  // Dark for 67 ms, again and again, and for longer than the ISI: but no CS follows so soon.
  for (int frame = 133; frame < 161; ++frame)
    levels[static_cast<std::size_t>(frame)] = frame % 4 < 2 ? 40 : 200;
  const PlacedTrials film = placed(folder_ / "frames.csv", levels);
  expect_trials_at_the_lamp(film.rows);
  EXPECT_TRUE(any_names(film.warnings, "the LED flickers (8 dark spells of at most 200 ms"));
}

// Levels that scoring replaces are no longer warned of; everything else that track said is.
TEST_F(ScoreSession, WarningsOfTrackAreCarriedOn) {
  SessionSummary tracked;
  tracked.source.path = (folder_ / "pictures").string();
  tracked.source.kind = "image folder";
  tracked.closure.calibration.levels = {{0.3f, 0.08f}, {0.3f, 0.05f}};
  tracked.closure.calibration.closed_origin.right = {
      LevelSource::Estimated, EarInterval{0.006f, 0.09f}, "1 closure"};
  const std::vector<std::string> of_levels = closure::level_warnings(tracked.closure.calibration);
  ASSERT_EQ(of_levels.size(), 1u);
  tracked.warnings = {"frame 7 is damaged", of_levels[0]};
  tables::write_session_json(folder_ / "session.json", tracked);

  const std::vector<std::string> warnings = score(write_log("")).warnings;
  ASSERT_GE(warnings.size(), 3u);
  EXPECT_EQ(warnings[0], "track: frame 7 is damaged");
  EXPECT_EQ(warnings[1], "track: " + of_levels[0]);
  EXPECT_TRUE(any_names(warnings, "6 trials have a US: --calibrate-from-trials"));

  Calibration given = tracked.closure.calibration;
  given.closed_origin = {};
  files::write_file(folder_ / "levels.json", tables::calibration_text(given));
  const std::vector<std::string> with_given =
      score(write_log(""), folder_ / "levels.json").warnings;
  EXPECT_TRUE(any_names(with_given, "track: frame 7 is damaged"));
  EXPECT_FALSE(any_names(with_given, "estimated"));
}

// frames.csv alone is scored; what cannot be known without its sisters is said.
TEST_F(ScoreSession, WhatIsMissingBesideFramesCsvIsSaid) {
  ScoreRequest request;
  request.folder = folder_;
  request.trials_file = folder_ / "t.csv";
  std::ofstream(request.trials_file) << "trial,cs_onset_s,us_onset_s,type\n1,2,2.2,paired\n";
  const auto warnings = [&] { return score_folder(request).warnings; };
  EXPECT_FALSE(any_names(warnings(), "is missing"));

  SessionSummary tracked;
  tracked.source.path = (folder_ / "pictures").string();
  tracked.run.id = "r";
  tracked.run.sha256 = {{"frames.csv", files::sha256_of_file(folder_ / "frames.csv")},
                        {"blinks.csv", "0"}};
  tables::write_session_json(folder_ / "session.json", tracked);
  EXPECT_TRUE(any_names(warnings(),
                        (folder_ / "blinks.csv").string() +
                            ": is missing, though session.json lists it: no trial is flagged"));

  std::filesystem::remove(folder_ / "session.json");
  const std::string sentence =
      (folder_ / "session.json").string() + ": is missing, so nothing says";
  EXPECT_TRUE(any_names(warnings(), sentence));
  EXPECT_TRUE(any_names(warnings(), "no trial is flagged for a spontaneous blink"));
}

TEST_F(ScoreSession, TheRecordingAndItsPicturesAreInputs) {
  ScoreRequest request;
  request.folder = folder_;
  const std::vector<std::filesystem::path> inputs = inputs_of(request);
  EXPECT_GE(std::ranges::count(inputs, folder_ / "pictures" / "f1000.pgm"), 1);
}

}  // namespace
}  // namespace eyelid::pipeline
