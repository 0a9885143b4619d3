// SPDX-License-Identifier: MIT
#include "eyelid/tables/ratings_csv.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <string>

#include "eyelid/core/error.hpp"
#include "eyelid/tables/scores_csv.hpp"
#include "temporary_folder.hpp"

namespace eyelid::tables {
namespace {

class RatingsCsv : public ::testing::Test {
 protected:
  std::filesystem::path written(const std::string& text) {
    auto path = folder_ / "anna.csv";
    std::ofstream(path) << text;
    return path;
  }
  std::string error_of(const std::string& text) {
    try {
      read_rater(written(text), ScoredEye::Mean);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  }
  eyelid::testing::TemporaryFolder folder_;
};

TEST_F(RatingsCsv, LabelsOfOneEyeWithWhatTheRaterMeasured) {
  const Rater rater = read_rater(written("trial,eye,label,onset_ms,amplitude,comment\n"
                                         "1,mean,cr,182.5,0.41,clear\n"
                                         "2,left,rejected,,,\n"
                                         "3,,no_cr,,,\n"),
                                 ScoredEye::Mean);
  EXPECT_EQ(rater.name, "anna");
  ASSERT_EQ(rater.ratings.size(), 2u);
  EXPECT_EQ(rater.ratings[0].verdict, Verdict::Cr);
  EXPECT_DOUBLE_EQ(rater.ratings[0].onset_ms, 182.5);
  EXPECT_DOUBLE_EQ(rater.ratings[0].amplitude, 0.41);
  EXPECT_EQ(rater.ratings[0].comment, "clear");
  EXPECT_EQ(rater.ratings[1].trial, 3);
  EXPECT_TRUE(std::isnan(rater.ratings[1].onset_ms));
}

TEST_F(RatingsCsv, TheShortestTableHasTrialsAndLabels) {
  EXPECT_EQ(read_rater(written("trial,label\n7,cr\n"), ScoredEye::Left).ratings[0].trial, 7);
}

TEST_F(RatingsCsv, WhatCannotBeARatingIsNamed) {
  EXPECT_NE(error_of("trial,eye,label\n1,mean,maybe\n").find("cr, no_cr or rejected"),
            std::string::npos);
  EXPECT_NE(error_of("trial,eye,label\n1,mean,cr\n1,,cr\n").find("only once"), std::string::npos);
  EXPECT_NE(error_of("trial,eye,label\n1,left,cr\n").find("no row of the eye mean"),
            std::string::npos);
  EXPECT_NE(error_of("trial,eye\n1,left\n").find("label"), std::string::npos);
}

TEST_F(RatingsCsv, TheProgramIsARaterByItsComputedVerdicts) {
  TrialScore score;
  score.trial = {4, 2.0, 2.25, TrialType::Paired};
  score.verdict = Verdict::Cr;
  score.label = Verdict::Rejected;
  score.cr_onset_ms = 150.0;
  score.cr_amplitude = 0.3;
  const auto path = folder_ / "trial_scores.csv";
  write_scores_csv(path, std::vector<TrialScore>{score});
  const ProgramRatings program = read_program_ratings(path, ScoredEye::Mean);
  ASSERT_EQ(program.rater.ratings.size(), 1u);
  EXPECT_EQ(program.rater.ratings[0].verdict, Verdict::Cr) << "not what a person made of it";
  EXPECT_DOUBLE_EQ(program.rater.ratings[0].onset_ms, 150.0);
  EXPECT_DOUBLE_EQ(*program.trials[0].us_onset_s, 2.25);
  EXPECT_THROW(read_program_ratings(path, ScoredEye::Left), InputError);
}

}  // namespace
}  // namespace eyelid::tables
