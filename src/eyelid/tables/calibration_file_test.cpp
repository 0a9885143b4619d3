// SPDX-License-Identifier: MIT
#include "eyelid/tables/calibration_file.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <random>
#include <string>

#include "eyelid/core/error.hpp"
#include "eyelid/files/atomic_file.hpp"
#include "temporary_folder.hpp"
#include "text_of_file.hpp"

namespace eyelid::tables {
namespace {

Calibration example() {
  Calibration calibration;
  calibration.levels.right = {0.301f, 0.055f};
  calibration.levels.left = {0.288f, 0.047f};
  calibration.closed_origin.right = {LevelSource::Estimated, EarInterval{0.006f, 0.08f}, "guess"};
  calibration.date = "2026-11-22T18:44:02Z";
  calibration.subject = "S01";
  calibration.glasses = "yes";
  calibration.camera = "acA1300";
  calibration.recording = "a \"quoted\" name.mkv";
  return calibration;
}

std::string error_of(const std::filesystem::path& path) {
  try {
    load_calibration(path);
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find(path.string()), std::string::npos);
    return error.what();
  }
  return "";
}

TEST(CalibrationFile, ComesBackAsStored) {
  const testing::TemporaryFolder folder;
  const auto path = folder / "calibration.json";
  files::write_file(path, calibration_text(example()));
  const Calibration loaded = load_calibration(path);
  EXPECT_EQ(loaded.levels.right.open_ear, 0.301f);
  EXPECT_EQ(loaded.levels.right.closed_ear, 0.055f);
  EXPECT_EQ(loaded.levels.left.open_ear, 0.288f);
  EXPECT_EQ(loaded.levels.left.closed_ear, 0.047f);
  EXPECT_EQ(loaded.open_origin.right.source, LevelSource::Given);
  EXPECT_EQ(loaded.closed_origin.right.source, LevelSource::Given);
  EXPECT_EQ(loaded.closed_origin.right.interval, (EarInterval{0.006f, 0.08f}));
  EXPECT_EQ(loaded.closed_origin.right.basis, "guess");
  EXPECT_FALSE(loaded.closed_origin.left.interval.has_value());
  EXPECT_EQ(loaded.date, example().date);
  EXPECT_EQ(loaded.subject, "S01");
  EXPECT_EQ(loaded.glasses, "yes");
  EXPECT_EQ(loaded.camera, "acA1300");
  EXPECT_EQ(loaded.recording, example().recording);
  EXPECT_NE(testing::text_of_file(path).find("\"source\": \"estimated\""), std::string::npos);
  EXPECT_NE(testing::text_of_file(path).find("\"open_ear\": 0.301"), std::string::npos);
}

TEST(CalibrationFile, OneEyeIsEnough) {
  const testing::TemporaryFolder folder;
  Calibration calibration = example();
  calibration.levels.left = {};
  calibration.subject = "\xff\xfe";  // not UTF-8
  files::write_file(folder / "c.json", calibration_text(calibration));
  const Calibration loaded = load_calibration(folder / "c.json");
  EXPECT_TRUE(std::isnan(loaded.levels.left.open_ear));
  EXPECT_EQ(loaded.levels.right.open_ear, 0.301f);
  calibration.levels.right = {};
  EXPECT_THROW(calibration_text(calibration), InputError);
}

TEST(CalibrationFile, SaysWhatIsWrong) {
  const testing::TemporaryFolder folder;
  const auto path = folder / "c.json";
  const std::string head = R"({"format": "eyelid-calibration", "version": 1, )";
  const std::pair<std::string, std::string> cases[] = {
      {"", "not a JSON object"},
      {"hello", "not a JSON object"},
      {"[1, 2]", "not a JSON object"},
      {"{}", "format is \"\""},
      {R"({"format": 7})", "format is 7, expected text"},
      {R"({"format": "eyelid-calibration"})", "version is null, expected 1"},
      {R"({"format": "eyelid-calibration", "version": 2})", "version is 2, expected 1"},
      {head + R"("right": null})", "left is missing"},
      {head + R"("right": null, "left": null})", "neither eye"},
      {head + R"("right": 3})", "right is 3, expected an object or null"},
      {head + R"("right": {"open_ear": 0.3}})", "right.closed_ear is missing"},
      {head + R"("right": null, "left": {"open_ear": "x", "closed_ear": 0.1}})",
       "left.open_ear is \"x\""},
      {head + R"("right": null, "left": {"open_ear": 30, "closed_ear": 0.1}})", "expected 0 .. 1"},
      {head + R"("right": null, "left": {"open_ear": 0.1, "closed_ear": 0.3}})",
       "at least 0.02 above"},
      {head + R"("right": null, "left": {"open_ear": 0.3, "closed_ear": 0.1}, "subject": 5})",
       "subject is 5"},
      {head + R"("right": null, "left": {"open_ear": 0.3, "closed_ear": 0.1, "open": 1}})",
       "left.open is 1, expected an object"},
      {head + R"("right": null, "left": {"open_ear": 0.3, "closed_ear": 0.1, "closed":
       {"interval": [0.1]}}})",
       "left.closed.interval is [0.1], expected two numbers"}};
  for (const auto& [content, expected] : cases) {
    std::ofstream(path) << content;
    EXPECT_NE(error_of(path).find(expected), std::string::npos) << content << error_of(path);
  }
  EXPECT_NE(error_of(folder / "absent.json").find("cannot be read"), std::string::npos);
  EXPECT_NE(error_of(folder.path()).find("is a folder"), std::string::npos);
}

TEST(CalibrationFile, AnyCutOrChangedByteIsAnErrorOrACalibration) {
  const testing::TemporaryFolder folder;
  const auto path = folder / "c.json";
  files::write_file(path, calibration_text(example()));
  const std::string whole = testing::text_of_file(path);
  std::mt19937 random(5);
  for (std::size_t length = 0; length < whole.size(); length += 2) {
    std::string damaged = whole;
    damaged[length] = static_cast<char>(random() % 256);
    for (const std::string& text : {whole.substr(0, length), damaged}) {
      std::ofstream(path, std::ios::binary) << text;
      try {
        const Calibration loaded = load_calibration(path);
        EXPECT_GT(loaded.levels.right.open_ear + loaded.levels.left.open_ear, 0.0f) << text;
      } catch (const InputError&) {
      }
    }
  }
}

}  // namespace
}  // namespace eyelid::tables
