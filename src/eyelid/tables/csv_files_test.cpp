// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

#include "eyelid/core/error.hpp"
#include "eyelid/tables/blinks_csv.hpp"
#include "eyelid/tables/csv_reader.hpp"
#include "eyelid/tables/csv_text.hpp"
#include "eyelid/tables/frames_csv.hpp"
#include "eyelid/tables/landmarks_csv.hpp"
#include "eyelid/tables/trials_csv.hpp"
#include "eyelid/tables/truth_csv.hpp"
#include "refusal.hpp"
#include "temporary_folder.hpp"

namespace eyelid::tables {
namespace {

using testing::refusal_of;

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void put(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

constexpr const char* kTwoFrames =
    "frame,time_s,valid,valid_right,valid_left,face_score,face_x_px,face_y_px,face_width_px,"
    "face_height_px,ear_right,ear_left,fec_right,fec_left,fec,interpolated,suspect,clip\n"
    "0,0.000000,1,1,1,0.9876,10.00,20.50,100.25,120.00,0.31000,0.29500,0.00000,0.02500,0.01250,0,"
    "0,1\n"
    "1,0.033333,0,0,0,,,,,,,,1.05000,,1.05000,1,1,2\n";

EyelidSample first_sample() {
  EyelidSample sample;
  sample.is_valid = true;
  sample.face_score = 0.9876f;
  sample.face_box = {10.0f, 20.5f, 100.25f, 120.0f};
  sample.ear.right = 0.31f;
  sample.ear.left = 0.295f;
  sample.fec.right = -1e-9f;
  sample.fec.left = 0.025f;
  sample.mean_fec = 0.0125f;
  return sample;
}

EyelidSample second_sample() {
  EyelidSample sample;
  sample.frame = 1;
  sample.time_s = 1.0 / 30.0;
  sample.fec.right = 1.05f;
  sample.mean_fec = 1.05f;
  sample.is_interpolated = true;
  sample.is_suspect = true;
  sample.clip = 2;
  return sample;
}

TEST(CsvText, WritesFixedDecimalsAndNothingForWhatIsNotAvailable) {
  const auto text = [](double value, int decimals) {
    std::string result;
    append_number(result, value, decimals);
    return result;
  };
  EXPECT_EQ(text(0.1, 3), "0.100");
  EXPECT_EQ(text(-0.0001, 3), "0.000");
  EXPECT_EQ(text(-0.1, 3), "-0.100");
  EXPECT_EQ(text(std::nan(""), 3), "");
  EXPECT_EQ(text(INFINITY, 3), "");
  EXPECT_EQ(text(123456.5, 0), "123456");
}

TEST(FramesCsv, WritesTheContractByteForByte) {
  testing::TemporaryFolder folder;
  FramesCsvWriter writer(folder / "frames.csv");
  writer.write(first_sample());
  writer.write(second_sample());
  EXPECT_FALSE(std::filesystem::exists(folder / "frames.csv"));
  writer.commit();
  EXPECT_EQ(bytes_of(folder / "frames.csv"), kTwoFrames);
}

TEST(FramesCsv, LeavesNothingBehindWithoutCommit) {
  testing::TemporaryFolder folder;
  { FramesCsvWriter writer(folder / "frames.csv"); }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(FramesCsv, ReadsBackWhatItWrote) {
  testing::TemporaryFolder folder;
  put(folder / "a.csv", kTwoFrames);
  FramesCsvReader reader(folder / "a.csv");
  FramesCsvWriter writer(folder / "b.csv");
  EyelidSample sample;
  while (reader.next(sample)) writer.write(sample);
  writer.commit();
  EXPECT_EQ(bytes_of(folder / "b.csv"), kTwoFrames);
}

TEST(FramesCsv, AnEyeIsValidWhereItWasMeasured) {
  testing::TemporaryFolder folder;
  EyelidSample sample = first_sample();
  sample.ear.left = kNotAvailable;  // covered; its closure is filled over a short gap
  sample.is_interpolated = true;
  FramesCsvWriter writer(folder / "frames.csv");
  writer.write(sample);
  writer.commit();
  CsvReader table(folder / "frames.csv");
  const std::size_t right = table.required_column("valid_right");
  const std::size_t left = table.required_column("valid_left");
  ASSERT_TRUE(table.next());
  EXPECT_TRUE(table.flag(right));
  EXPECT_FALSE(table.flag(left));
}

TEST(FramesCsv, AcceptsOtherOrdersFurtherColumnsCrlfAndByteOrderMark) {
  testing::TemporaryFolder folder;
  put(folder / "a.csv",
      "\xEF\xBB\xBFnote,fec,\"time_s\", frame ,fec_left\r\n"
      "\"a, \"\"b\"\"\",0.5,0.25,3,\r\n\r\n,, 0.5 ,4,0.125");
  FramesCsvReader reader(folder / "a.csv");
  EyelidSample sample;
  ASSERT_TRUE(reader.next(sample));
  EXPECT_EQ(sample.frame, 3);
  EXPECT_EQ(sample.time_s, 0.25);
  EXPECT_EQ(sample.mean_fec, 0.5f);
  EXPECT_TRUE(std::isnan(sample.fec.left));
  EXPECT_TRUE(std::isnan(sample.ear.left));
  EXPECT_TRUE(sample.is_valid);
  ASSERT_TRUE(reader.next(sample));
  EXPECT_EQ(sample.fec.left, 0.125f);
  EXPECT_TRUE(std::isnan(sample.mean_fec));
  EXPECT_FALSE(reader.next(sample));
}

TEST(FramesCsv, NamesFileLineFoundAndExpected) {
  testing::TemporaryFolder folder;
  const auto path = folder / "a.csv";
  const auto error_of_text = [&path](const std::string& text) {
    put(path, text);
    return refusal_of([&path] {
      FramesCsvReader reader(path);
      EyelidSample sample;
      while (reader.next(sample)) {
      }
    });
  };
  const std::string name = path.string();
  EXPECT_EQ(error_of_text("frame,time_s,fec\n0,0,0.5\n1,0.1,0.5x\n"),
            name +
                ":3: column fec: found \"0.5x\", expected a number with a decimal point, or an "
                "empty cell");
  EXPECT_EQ(error_of_text("frame,time_s,fec\n0,0\n"),
            name + ":2: found 2 cells, expected 3 as in the header");
  EXPECT_EQ(error_of_text("frame;time_s;fec\n0;0;0,5\n"),
            name + ":1: found the columns \"frame;time_s;fec\", expected a column frame");
  EXPECT_EQ(error_of_text(""), name + ": is empty, expected a table with a header line");
  for (const char* cell : {"nan", "inf", "0,5", "1e", "--1", "0x10"}) {
    EXPECT_NE(error_of_text("frame,time_s,fec\n0,0," + std::string(cell) + "\n"), "") << cell;
  }
  EXPECT_NE(error_of_text("frame,time_s,fec\n1,0,0\n1,1,0\n"), "");
  EXPECT_NE(error_of_text("frame,time_s,fec\n1,,0\n"), "");
  EXPECT_NE(error_of_text("frame,time_s,fec,fec\n1,0,0,0\n"), "");
  EXPECT_NE(error_of_text("frame,time_s\n1,0\n"), "");
  EXPECT_NE(error_of_text("frame,time_s,fec\n0,0,\"0.5\n"), "");
}

TEST(FramesCsv, RefusesFoldersAndMissingFiles) {
  testing::TemporaryFolder folder;
  EXPECT_NE(refusal_of([&] { FramesCsvReader reader(folder.path()); }), "");
  EXPECT_NE(refusal_of([&] { FramesCsvReader reader(folder / "absent.csv"); }), "");
  EXPECT_NE(refusal_of([&] { FramesCsvWriter writer(folder / "absent/frames.csv"); }), "");
}

// 800 damaged tables: each is read to its end or refused with InputError.
TEST(FramesCsv, SurvivesRandomDamage) {
  testing::TemporaryFolder folder;
  const auto path = folder / "a.csv";
  std::mt19937 random(7);
  const auto below = [&random](std::size_t limit) { return random() % limit; };
  constexpr std::string_view kPieces[] = {"\"", ",", "\n", "\r", "nan", "-", "\xFF", "9e999", "1"};
  int refused = 0;
  for (int round = 0; round < 800; ++round) {
    std::string text = kTwoFrames;
    for (std::size_t change = 0; change <= below(4); ++change) {
      const std::size_t at = below(text.size());
      const std::size_t length = below(6);
      if (below(3) == 0) text.resize(at + 1);
      if (below(2) == 0) text.insert(std::min(at, text.size()), kPieces[below(std::size(kPieces))]);
      if (below(3) == 0) text.erase(std::min(at, text.size()), length);
      if (text.empty()) text.push_back(',');
      if (below(3) == 0) text[below(text.size())] = static_cast<char>(below(256));
    }
    put(path, text);
    refused += !refusal_of([&path] {
                  FramesCsvReader reader(path);
                  EyelidSample sample;
                  while (reader.next(sample)) {
                    ASSERT_TRUE(std::isfinite(sample.time_s));
                    ASSERT_GE(sample.frame, 0);
                  }
                }).empty();
  }
  EXPECT_GT(refused, 200);
  EXPECT_LT(refused, 800);
}

// A cell that begins with = + - @ or a tab is calculated by the spreadsheet that opens the table.
TEST(CsvNames, AreNeverFormulasAndComeBackAsTheyWere) {
  testing::TemporaryFolder folder;
  for (const std::string name : {"=1+1",
                                 "+1",
                                 "-2",
                                 "@SUM(A1)",
                                 "\t=1",
                                 "'=1",
                                 "''-1",
                                 "'",
                                 "''",
                                 "",
                                 "A",
                                 "a=1",
                                 " = 1",
                                 "b ",
                                 "=\"x\",y",
                                 "'quoted'"}) {
    std::string text = "name,other\n";
    const std::size_t begin = text.size();
    append_name(text, name);
    const std::size_t first = begin + (text[begin] == '"' ? 1 : 0);
    EXPECT_FALSE(first < text.size() && begins_like_formula(text.substr(first, 1))) << text;
    put(folder / "a.csv", text + ",1\n");
    CsvReader table(folder / "a.csv");
    ASSERT_TRUE(table.next());
    EXPECT_EQ(table.name(0), name);
  }
  std::string text;
  append_name(text, "=1+1");
  EXPECT_EQ(text, "'=1+1");
}

TEST(BlinksCsv, WritesTheContractByteForByte) {
  testing::TemporaryFolder folder;
  BlinksCsvWriter writer(folder / "blinks.csv");
  writer.write({.eye = Eye::Left,
                .onset_frame = 10,
                .peak_frame = 15,
                .offset_frame = 30,
                .onset_s = 0.02,
                .peak_s = 0.03,
                .offset_s = 0.06,
                .amplitude = 0.75f,
                .peak_fec = 0.8125f,
                .kind = BlinkKind::Partial,
                .closing_ms = 10.0f,
                .opening_ms = 30.0f,
                .half_width_ms = 18.5f,
                .is_cut = true});
  writer.commit();
  EXPECT_EQ(bytes_of(folder / "blinks.csv"),
            "eye,onset_frame,peak_frame,offset_frame,onset_s,peak_s,offset_s,amplitude,peak_fec,"
            "kind,closing_ms,opening_ms,half_width_ms,is_cut\n"
            "left,10,15,30,0.020000,0.030000,0.060000,0.75000,0.81250,partial,10.000,30.000,"
            "18.500,1\n");
}

TEST(BlinksCsv, EveryMemberIsReadBack) {
  testing::TemporaryFolder folder;
  const std::filesystem::path path = folder / "blinks.csv";
  const std::string text =
      "eye,onset_frame,peak_frame,offset_frame,onset_s,peak_s,offset_s,amplitude,peak_fec,kind,"
      "closing_ms,opening_ms,half_width_ms,is_cut\n"
      "left,10,15,30,0.020000,0.030000,0.060000,0.75000,0.81250,partial,10.000,30.000,18.500,1\n"
      "right,11,16,31,0.022000,0.032000,0.062000,0.95000,1.01250,full,10.000,30.000,18.500,0\n";
  put(path, text);
  BlinksCsvWriter writer(folder / "again.csv");
  for (const Blink& blink : read_blinks_csv(path)) writer.write(blink);
  writer.commit();
  EXPECT_EQ(bytes_of(folder / "again.csv"), text);
  // Of an earlier version.
  put(path, "eye,onset_s,peak_s,offset_s,kind\nright,1,2,3,full\n");
  EXPECT_EQ(read_blinks_csv(path).at(0).peak_s, 2.0);
  EXPECT_FALSE(read_blinks_csv(path).at(0).is_cut);
}

TEST(LandmarksCsv, WritesEveryRowWithAsManyCells) {
  testing::TemporaryFolder folder;
  LandmarksCsvWriter writer(folder / "landmarks.csv", 12);
  EyeLandmarks eyes;
  eyes.left[5] = {1.5f, -2.0f};
  writer.write(0, eyes);
  writer.write(1, std::span<const Point>());
  writer.commit();
  const std::string zeros = ",0.000,0.000,0.000,0.000,0.000,0.000,0.000,0.000,0.000,0.000,0.000";
  EXPECT_EQ(bytes_of(folder / "landmarks.csv"),
            "frame,x0,y0,x1,y1,x2,y2,x3,y3,x4,y4,x5,y5,x6,y6,x7,y7,x8,y8,x9,y9,x10,y10,x11,y11\n0" +
                zeros + zeros + ",1.500,-2.000\n1,,,,,,,,,,,,,,,,,,,,,,,,\n");
}

TEST(LandmarksCsv, ReadsOneEyeAlone) {
  testing::TemporaryFolder folder;
  LandmarksCsvWriter writer(folder / "landmarks.csv", 12);
  EyeLandmarks eyes;
  eyes.right.fill({kNotAvailable, kNotAvailable});
  eyes.left[5] = {1.5f, -2.0f};
  writer.write(0, eyes);
  writer.write(1, std::span<const Point>());
  writer.commit();
  LandmarksCsvReader reader(folder / "landmarks.csv");
  LandmarksRow row;
  ASSERT_TRUE(reader.next(row));
  ASSERT_TRUE(row.eyes());
  EXPECT_FALSE(std::isfinite(row.eyes()->right[0].x));
  EXPECT_EQ(row.eyes()->left[5], (Point{1.5f, -2.0f}));
  ASSERT_TRUE(reader.next(row));
  EXPECT_TRUE(row.points.empty());
}

TEST(TrialsCsv, ReadsBackWhatItWrote) {
  testing::TemporaryFolder folder;
  const std::vector<Trial> trials = {
      {.number = 1, .cs_onset_s = 1.0, .us_onset_s = 1.4, .type = TrialType::Paired},
      {.number = 2, .cs_onset_s = 3.5, .us_onset_s = {}, .type = TrialType::CsOnly},
      {.number = 3, .cs_onset_s = {}, .us_onset_s = 5.0, .type = TrialType::UsOnly},
      {.number = 4, .cs_onset_s = {}, .us_onset_s = {}, .type = TrialType::Blank}};
  write_trials_csv(folder / "trials.csv", trials);
  EXPECT_EQ(bytes_of(folder / "trials.csv"),
            "trial,cs_onset_s,us_onset_s,type\n1,1.000000,1.400000,paired\n2,3.500000,,cs_only\n"
            "3,,5.000000,us_only\n4,,,blank\n");
  const std::vector<TrialRow> read = read_trial_table(folder / "trials.csv").rows;
  ASSERT_EQ(read.size(), trials.size());
  for (std::size_t i = 0; i < read.size(); ++i) {
    EXPECT_EQ(read[i].trial.number, trials[i].number);
    EXPECT_EQ(read[i].trial.cs_onset_s, trials[i].cs_onset_s);
    EXPECT_EQ(read[i].trial.us_onset_s, trials[i].us_onset_s);
    EXPECT_EQ(read[i].trial.type, trials[i].type);
  }
}

TEST(TrialsCsv, RefusesTrialsThatContradictTheirType) {
  testing::TemporaryFolder folder;
  const auto path = folder / "trials.csv";
  const std::string header = "trial,cs_onset_s,us_onset_s,type\n";
  for (const char* row : {"1,1.0,,paired",
                          "1,,1.0,paired",
                          "1,,,cs_only",
                          "1,1,2,cs_only",
                          "1,1,2,blank",
                          "1,1,2,Paired",
                          "x,1,2,paired",
                          "-1,1,2,paired",
                          "1,1,2,paired\n1,3,4,paired"}) {
    put(path, header + row + "\n");
    EXPECT_NE(refusal_of([&path] { read_trial_table(path); }), "") << row;
  }
  put(path, header + "1,1.0,,paired\n");
  EXPECT_EQ(refusal_of([&path] { read_trial_table(path); }),
            path.string() +
                ":2: column us_onset_s: found \"\", expected a time in seconds for type paired");
}

TEST(TruthCsv, ReadsBackWhatItWrote) {
  testing::TemporaryFolder folder;
  TruthCsvWriter writer(folder / "truth.csv");
  TruthRow row{.frame = 0, .time_s = 0.002, .fec = {0.25f, 0.5f}, .eyes = {}};
  row.eyes.emplace().left[5] = {7.5f, 8.25f};
  writer.write(row);
  writer.write({.frame = 1, .time_s = 0.004, .fec = {1.0f, kNotAvailable}, .eyes = {}});
  writer.commit();

  TruthCsvReader reader(folder / "truth.csv");
  TruthRow read;
  ASSERT_TRUE(reader.next(read));
  EXPECT_EQ(read.time_s, 0.002);
  EXPECT_EQ(read.fec.left, 0.5f);
  ASSERT_TRUE(read.eyes);
  EXPECT_EQ(read.eyes->left[5], (Point{7.5f, 8.25f}));
  ASSERT_TRUE(reader.next(read));
  EXPECT_EQ(read.fec.right, 1.0f);
  EXPECT_TRUE(std::isnan(read.fec.left));
  EXPECT_FALSE(read.eyes);
  EXPECT_FALSE(reader.next(read));
}

}  // namespace
}  // namespace eyelid::tables
