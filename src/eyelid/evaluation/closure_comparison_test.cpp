// SPDX-License-Identifier: MIT
#include "eyelid/evaluation/closure_comparison.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "eyelid/closure/trace_testing.hpp"
#include "eyelid/core/error.hpp"

namespace eyelid::evaluation {
namespace {

ClosureTrace trace_of(const closure::MadeTrace& made,
                      const std::string& name,
                      double delay_s = 0.0) {
  ClosureTrace trace{name, {}};
  for (const closure::ClosureInput& record : made.records()) {
    const auto fec = static_cast<float>(made.fec_at(record.time_s - delay_s));
    trace.rows.push_back({record.frame, record.time_s, {fec, fec}});
  }
  return trace;
}

closure::MadeTrace ten_blinks() {
  closure::MadeTrace made;
  made.duration_s = 22.0;
  for (int i = 0; i < 10; ++i)
    made.blinks.push_back(closure::MadeBlink{2.0 + 1.9 * i, i % 3 ? 1.0 : 0.5});
  return made;
}

TEST(ClosureComparison, OfATraceWithItselfIsPerfect) {
  const ClosureTrace truth = trace_of(ten_blinks(), "truth.csv");
  const ClosureComparison same = compare_closure(truth, truth);
  EXPECT_EQ(same.frames, 11000);
  EXPECT_EQ(same.eye_frames, 22000);
  EXPECT_EQ(same.coverage, 1.0);
  EXPECT_EQ(*same.rmse, 0.0);
  EXPECT_EQ(*same.mae, 0.0);
  EXPECT_NEAR(*same.correlation, 1.0, 1e-12);
  EXPECT_EQ(same.true_blinks, 20);
  EXPECT_EQ(same.matched_blinks, 20);
  EXPECT_EQ(*same.blink_precision, 1.0);
  EXPECT_EQ(*same.blink_recall, 1.0);
  EXPECT_EQ(*same.blink_f1, 1.0);
  EXPECT_EQ(*same.onset_error_ms_median, 0.0);
}

TEST(ClosureComparison, FrameFiguresFollowTheirDefinitions) {
  const ClosureTrace truth = trace_of(ten_blinks(), "truth.csv");
  ClosureTrace measured = truth;
  for (closure::ClosureRow& row : measured.rows) {
    row.fec.right += 0.05f;
    row.fec.left += row.frame % 2 == 0 ? 0.03f : -0.03f;
  }
  const ClosureComparison result = compare_closure(truth, measured);
  EXPECT_NEAR(*result.rmse, std::sqrt((0.05 * 0.05 + 0.03 * 0.03) / 2), 1e-6);
  EXPECT_NEAR(*result.mae, 0.04, 1e-6);
  EXPECT_NEAR(*result.bias, 0.025, 1e-6);
  for (closure::ClosureRow& row : measured.rows) row.fec.right = row.fec.left = 1.0f - row.fec.left;
  ClosureTrace negative = truth;
  for (closure::ClosureRow& row : negative.rows)
    row.fec.right = row.fec.left = -3.0f * row.fec.left;
  EXPECT_NEAR(*compare_closure(truth, negative).correlation, -1.0, 1e-9);
}

TEST(ClosureComparison, ALateTraceHasLateOnsets) {
  const ClosureTrace truth = trace_of(ten_blinks(), "truth.csv");
  const ClosureComparison late =
      compare_closure(truth, trace_of(ten_blinks(), "frames.csv", 0.010));
  EXPECT_EQ(*late.blink_f1, 1.0);
  EXPECT_NEAR(*late.onset_error_ms_median, 10.0, 0.1);
  EXPECT_NEAR(*late.onset_error_ms_p95, 10.0, 0.1);
}

TEST(ClosureComparison, AConstantDifferenceOfTheClocksDoesNotMatter) {
  const ClosureTrace truth = trace_of(ten_blinks(), "truth.csv");
  ClosureTrace measured = truth;
  for (closure::ClosureRow& row : measured.rows) row.time_s += 0.4;
  const ClosureComparison result = compare_closure(truth, measured);
  EXPECT_EQ(*result.blink_f1, 1.0);
  EXPECT_NEAR(*result.onset_error_ms_median, 0.0, 1e-6);
}

TEST(ClosureComparison, CountsMissesAndFalseBlinksOfEachEye) {
  const closure::MadeTrace made = ten_blinks();
  closure::MadeTrace other = made;
  other.blinks.erase(other.blinks.begin() + 4);           // a miss
  other.blinks.push_back(closure::MadeBlink{21.2, 0.8});  // a false one
  other.blinks.push_back(closure::MadeBlink{0.7, 0.7});   // another
  const ClosureTrace truth = trace_of(made, "truth.csv");
  ClosureTrace measured = trace_of(other, "frames.csv");
  for (std::size_t i = 0; i < measured.rows.size(); ++i) {
    measured.rows[i].fec.left = truth.rows[i].fec.left;  // the left eye is perfect
  }
  const ClosureComparison result = compare_closure(truth, measured);
  EXPECT_EQ(result.true_blinks, 20);
  EXPECT_EQ(result.measured_blinks, 21);
  EXPECT_EQ(result.matched_blinks, 19);
  EXPECT_NEAR(*result.blink_precision, 19.0 / 21.0, 1e-12);
  EXPECT_NEAR(*result.blink_recall, 19.0 / 20.0, 1e-12);
  EXPECT_NEAR(*result.blink_f1, 38.0 / 41.0, 1e-12);
}

TEST(ClosureComparison, OneBlinkMatchesOnlyOne) {
  closure::MadeTrace made;
  made.blinks = {closure::MadeBlink{3.0, 1.0, 0.07, 0.6, 0.16}};
  closure::MadeTrace doubled;  // the long blink measured as two
  doubled.blinks = {closure::MadeBlink{3.0, 1.0, 0.07, 0.1, 0.16},
                    closure::MadeBlink{3.5, 1.0, 0.07, 0.1, 0.16}};
  const ClosureComparison result =
      compare_closure(trace_of(made, "truth.csv"), trace_of(doubled, "frames.csv"));
  EXPECT_EQ(result.matched_blinks, 2);  // one per eye
  EXPECT_EQ(result.measured_blinks, 4);
  EXPECT_EQ(*result.blink_recall, 1.0);
  EXPECT_EQ(*result.blink_precision, 0.5);
}

TEST(ClosureComparison, BlinksAtTheLimitOfTheDefinitionAreNotHeldAgainstEither) {
  closure::MadeTrace made = ten_blinks();
  made.blinks.push_back(closure::MadeBlink{0.8, 0.22});
  closure::MadeTrace other = made;
  other.blinks.back().amplitude = 0.18;
  const ClosureTrace with = trace_of(made, "truth.csv");
  const ClosureTrace without = trace_of(other, "frames.csv");
  for (const ClosureComparison& result :
       {compare_closure(with, without), compare_closure(without, with)}) {
    EXPECT_EQ(result.borderline_blinks, 2);
    EXPECT_EQ(result.true_blinks, 20);
    EXPECT_EQ(*result.blink_f1, 1.0);
  }
  EXPECT_EQ(compare_closure(with, with).matched_blinks, 22);
}

TEST(ClosureComparison, MissingFramesAndValuesLowerTheCoverage) {
  const ClosureTrace truth = trace_of(ten_blinks(), "truth.csv");
  ClosureTrace measured = truth;
  for (std::size_t i = 0; i < 1100; ++i) measured.rows[i].fec.left = kNotAvailable;
  measured.rows.resize(9900);
  const ClosureComparison result = compare_closure(truth, measured);
  EXPECT_EQ(result.frames, 9900);
  EXPECT_NEAR(result.coverage, (2 * 9900.0 - 1100.0) / 22000.0, 1e-12);
  EXPECT_EQ(*result.rmse, 0.0);
}

TEST(ClosureComparison, FiguresWithoutDataAreEmpty) {
  closure::MadeTrace still;
  const ClosureTrace flat = trace_of(still, "truth.csv");
  const ClosureComparison result = compare_closure(flat, flat);
  EXPECT_FALSE(result.correlation.has_value());
  EXPECT_FALSE(result.blink_precision.has_value());
  EXPECT_FALSE(result.blink_recall.has_value());
  EXPECT_FALSE(result.blink_f1.has_value());
  EXPECT_FALSE(result.onset_error_ms_median.has_value());
}

TEST(ClosureComparison, SaysWhichFileDoesNotFit) {
  const ClosureTrace truth = trace_of(ten_blinks(), "truth.csv");
  const auto error_of = [&](const ClosureTrace& expected, const ClosureTrace& found) {
    try {
      compare_closure(expected, found);
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_NE(error_of(truth, {"frames.csv", {}}).find("frames.csv: no rows"), std::string::npos);
  EXPECT_NE(error_of({"truth.csv", {}}, truth).find("truth.csv: no rows"), std::string::npos);
  ClosureTrace wrong = truth;
  wrong.name = "frames.csv";
  wrong.rows.push_back({11000, 22.0, {0.0f, 0.0f}});
  EXPECT_NE(error_of(truth, wrong).find("frame 11000 is not in truth.csv"), std::string::npos);
  wrong.rows.pop_back();
  wrong.rows[7].frame = 6;
  EXPECT_NE(error_of(truth, wrong).find("must increase"), std::string::npos);
  wrong = truth;
  for (closure::ClosureRow& row : wrong.rows) row.time_s *= 1.01;
  EXPECT_NE(error_of(truth, wrong).find("two traces of one recording"), std::string::npos);
  wrong = truth;
  for (closure::ClosureRow& row : wrong.rows) row.fec.left = row.fec.right = kNotAvailable;
  EXPECT_NE(error_of(truth, wrong).find("no frame has a FEC"), std::string::npos);
}

}  // namespace
}  // namespace eyelid::evaluation
