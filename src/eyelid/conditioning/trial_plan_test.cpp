// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/trial_plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "eyelid/core/error.hpp"
#include "refusal.hpp"

namespace eyelid::conditioning {
namespace {

TrialPlan plan_of(const std::vector<int>& counts, int max_repeats, TrialOrder order) {
  TrialPlan plan;
  plan.order = order;
  plan.max_repeats = max_repeats;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    TrialCondition condition;
    condition.name = std::string(1, static_cast<char>('a' + i));
    condition.cs = Stimulus{1, 0.5};
    condition.count = counts[i];
    plan.conditions.push_back(condition);
  }
  return plan;
}

std::string letters_of(const std::vector<PlannedTrial>& trials) {
  std::string letters;
  for (const PlannedTrial& trial : trials) letters += static_cast<char>('a' + trial.condition);
  return letters;
}

int longest_run(const std::string& letters) {
  int longest = 0;
  int run = 0;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    run = i > 0 && letters[i] == letters[i - 1] ? run + 1 : 1;
    longest = std::max(longest, run);
  }
  return longest;
}

TEST(TrialPlan, TheSameSeedGivesTheSameTrialsOnEveryMachine) {
  TrialPlan plan = plan_of({12, 4, 4}, 3, TrialOrder::Shuffled);
  plan.seed = 7;
  const std::vector<PlannedTrial> trials = planned_trials(plan);
  // What the Mersenne Twister of the standard gives: a library that differs fails here.
  EXPECT_EQ(letters_of(trials), "accaabcaabaaabcaabaa");
  EXPECT_DOUBLE_EQ(trials[0].wait_s, 14.488052844535559);
  plan.seed = 8;
  EXPECT_NE(letters_of(planned_trials(plan)), letters_of(trials));
}

TEST(TrialPlan, TheOrderAndTheItiDoNotDisturbEachOther) {
  TrialPlan plan = plan_of({10, 10}, 0, TrialOrder::Shuffled);
  const std::vector<PlannedTrial> before = planned_trials(plan);
  plan.max_repeats = 1;
  const std::vector<PlannedTrial> after = planned_trials(plan);
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_EQ(before[i].wait_s, after[i].wait_s);
  plan.iti_max_s = 30.0;
  EXPECT_EQ(letters_of(planned_trials(plan)), letters_of(after));
}

/// Whether any order keeps to the limit: by trying all.
bool has_order(std::vector<int> counts, int limit) {
  std::string letters;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    letters.append(static_cast<std::size_t>(counts[i]), static_cast<char>('a' + i));
  }
  do {
    if (longest_run(letters) <= limit) return true;
  } while (std::next_permutation(letters.begin(), letters.end()));
  return false;
}

TEST(TrialPlan, AnOrderWithinTheLimitIsFoundWheneverThereIsOne) {
  int possible = 0;
  int impossible = 0;
  for (int a = 1; a <= 6; ++a) {
    for (int b = 1; b <= 3; ++b) {
      for (int c = 1; c <= 2; ++c) {
        for (int limit = 1; limit <= 3; ++limit) {
          TrialPlan plan = plan_of({a, b, c}, limit, TrialOrder::Shuffled);
          const bool expected = has_order({a, b, c}, limit);
          ++(expected ? possible : impossible);
          for (plan.seed = 0; plan.seed < 5; ++plan.seed) {
            std::string letters;
            const std::string refusal =
                testing::refusal_of([&] { letters = letters_of(planned_trials(plan)); });
            EXPECT_EQ(refusal.empty(), expected) << a << b << c << " limit " << limit;
            if (!expected) continue;
            EXPECT_LE(longest_run(letters), limit);
            EXPECT_EQ(std::count(letters.begin(), letters.end(), 'a'), a);
            EXPECT_EQ(std::count(letters.begin(), letters.end(), 'b'), b);
          }
        }
      }
    }
  }
  EXPECT_GT(possible, 20);
  EXPECT_GT(impossible, 5);
}

TEST(TrialPlan, WithoutALimitEveryOrderIsEquallyLikely) {
  TrialPlan plan = plan_of({2, 2}, 0, TrialOrder::Shuffled);
  std::map<std::string, int> found;
  for (plan.seed = 0; plan.seed < 6000; ++plan.seed) ++found[letters_of(planned_trials(plan))];
  ASSERT_EQ(found.size(), 6u);
  for (const auto& [letters, count] : found) EXPECT_NEAR(count, 1000, 110) << letters;  // 4 SD
}

TEST(TrialPlan, BlocksAreAlikeAndTheLimitHoldsAcrossThem) {
  TrialPlan plan = plan_of({30, 10}, 3, TrialOrder::Blocks);
  plan.blocks = 5;
  plan.pause_s = 100.0;
  for (plan.seed = 0; plan.seed < 50; ++plan.seed) {
    const std::vector<PlannedTrial> trials = planned_trials(plan);
    const std::string letters = letters_of(trials);
    EXPECT_LE(longest_run(letters), 3);
    for (std::size_t block = 0; block < 5; ++block) {
      const std::string part = letters.substr(8 * block, 8);
      EXPECT_EQ(std::count(part.begin(), part.end(), 'a'), 6);
      EXPECT_EQ(trials[8 * block].block, static_cast<int>(block) + 1);
      EXPECT_EQ(trials[8 * block].wait_s > 100.0, block > 0);
      EXPECT_LT(trials[8 * block + 1].wait_s, 20.0);
    }
  }
}

TEST(TrialPlan, ItisAreUniformBetweenTheirLimits) {
  TrialPlan plan = plan_of({10000}, 0, TrialOrder::Shuffled);
  double sum = 0.0;
  double low = 1e9;
  double high = 0.0;
  for (const PlannedTrial& trial : planned_trials(plan)) {
    sum += trial.wait_s;
    low = std::min(low, trial.wait_s);
    high = std::max(high, trial.wait_s);
  }
  EXPECT_NEAR(sum / 10000, 15.0, 0.12);  // 4 SD of the mean
  EXPECT_GE(low, 10.0);
  EXPECT_LT(low, 10.02);
  EXPECT_LT(high, 20.0);
  EXPECT_GT(high, 19.98);
}

TEST(TrialPlan, ASequenceIsInTheOrderOfTheConditions) {
  EXPECT_EQ(letters_of(planned_trials(plan_of({2, 1, 3}, 0, TrialOrder::Sequence))), "aabccc");
  EXPECT_EQ(testing::refusal_of([] {
              planned_trials(plan_of({2, 1, 3}, 2, TrialOrder::Sequence));
            }),
            "max_repeats is 2, but the sequence has more of c in a row; expected a higher limit");
}

}  // namespace
}  // namespace eyelid::conditioning
