// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/rater_comparison.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace eyelid::conditioning {
namespace {

struct Raters {
  Rater first{"A", {}};
  Rater second{"B", {}};

  void add(int count, Verdict one, Verdict other) {
    for (int i = 0; i < count; ++i) {
      Rating rating;
      rating.trial = static_cast<int>(first.ratings.size()) + 1;
      rating.verdict = one;
      first.ratings.push_back(rating);
      rating.verdict = other;
      second.ratings.push_back(rating);
    }
  }
};

TEST(RaterComparison, KappaOfAWorkedExample) {
  // 20 both yes, 5 and 10 one of them, 15 both no: observed 0.7, by chance 0.5.
  Raters raters;
  raters.add(20, Verdict::Cr, Verdict::Cr);
  raters.add(5, Verdict::Cr, Verdict::NoCr);
  raters.add(10, Verdict::NoCr, Verdict::Cr);
  raters.add(15, Verdict::NoCr, Verdict::NoCr);
  const RaterAgreement agreement = agreement_of(raters.first, raters.second);
  EXPECT_EQ(agreement.trials, 50);
  EXPECT_NEAR(agreement.percent, 70.0, 1e-9);
  EXPECT_NEAR(agreement.kappa, 0.4, 1e-12);
  // Fleiss, Cohen & Everitt by hand: (0.10972 + 0.10188 - 0.01) / (50 x 0.25), its root.
  const double error = std::sqrt(0.2016 / 12.5);
  EXPECT_NEAR(agreement.kappa_low, 0.4 - 1.96 * error, 1e-9);
  EXPECT_NEAR(agreement.kappa_high, 0.4 + 1.96 * error, 1e-9);
  EXPECT_EQ(agreement.disagreements.size(), 15u);
  EXPECT_NEAR(agreement.classes[0].agreement, 40.0 / 55.0, 1e-12);
  EXPECT_NEAR(agreement.classes[1].agreement, 30.0 / 45.0, 1e-12);
  EXPECT_TRUE(std::isnan(agreement.classes[2].agreement)) << "nobody rejected a trial";
}

TEST(RaterComparison, ChanceThatAlwaysAgreesLeavesNoKappa) {
  Raters raters;
  raters.add(10, Verdict::Cr, Verdict::Cr);
  const RaterAgreement agreement = agreement_of(raters.first, raters.second);
  EXPECT_EQ(agreement.agreed, 10);
  EXPECT_TRUE(std::isnan(agreement.kappa));
}

TEST(RaterComparison, OnlyTrialsThatBothJudgedCount) {
  Raters raters;
  raters.add(4, Verdict::Cr, Verdict::Cr);
  raters.add(1, Verdict::NotApplicable, Verdict::NoCr);
  raters.first.ratings[0].trial = 99;
  EXPECT_EQ(agreement_of(raters.first, raters.second).trials, 3);
  EXPECT_EQ(agreement_of(raters.first, {}).trials, 0);
}

TEST(RaterComparison, OnsetsAndAmplitudesOfCommonCrsByBlandAndAltman) {
  Raters raters;
  raters.add(3, Verdict::Cr, Verdict::Cr);
  raters.add(1, Verdict::Cr, Verdict::NoCr);
  const double onsets[4][2] = {{110.0, 100.0}, {120.0, 120.0}, {90.0, 100.0}, {0.0, 900.0}};
  for (std::size_t i = 0; i < 4; ++i) {
    raters.first.ratings[i].onset_ms = onsets[i][0];
    raters.second.ratings[i].onset_ms = onsets[i][1];
  }
  raters.first.ratings[0].amplitude = 0.5;  // one rater alone
  const RaterAgreement agreement = agreement_of(raters.first, raters.second);
  EXPECT_EQ(agreement.onset_ms.trials, (std::vector<int>{1, 2, 3}));
  EXPECT_NEAR(agreement.onset_ms.bias, 0.0, 1e-12);
  EXPECT_NEAR(agreement.onset_ms.high, 19.6, 1e-9) << "the SD of 10, 0, -10 is 10";
  EXPECT_NEAR(agreement.onset_ms.means[2], 95.0, 1e-12);
  EXPECT_TRUE(agreement.amplitude.trials.empty());
}

}  // namespace
}  // namespace eyelid::conditioning
