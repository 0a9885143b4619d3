// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/trial_plan_json.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "eyelid/core/error.hpp"
#include "refusal.hpp"
#include "temporary_folder.hpp"

namespace eyelid::conditioning {
namespace {

using testing::refusal_of;

constexpr const char* kWhole = R"({
  "format": "eyelid-trials", "version": 1, "comment": "delay conditioning", "seed": 7,
  "trials": 100,
  "conditions": [
    {"name": "paired", "cs": {"ms": 550, "channel": 2}, "isi_ms": 500, "us": {"ms": 50},
     "share": 0.8},
    {"name": "probe", "cs": {"ms": 550}, "isi_ms": 500, "share": 0.1},
    {"name": "puff", "us": {"ms": 30, "channel": 3}, "share": 0.06},
    {"name": "blank", "share": 0.04}],
  "order": "shuffled", "max_repeats": 8, "iti": {"min_s": 8, "max_s": 12},
  "blocks": {"count": 5, "pause_s": 60}, "after_s": 1.5, "eye": "right",
  "gate": {"open": 0.15, "stable_s": 0.3, "stable": 0.05},
  "rules": [{"name": "escape", "above_baseline": 0.3, "from_ms": 100, "do": "omit_us"},
            {"name": "told", "above_baseline": 0.1, "to_ms": 600, "do": "output",
             "conditions": ["probe", "paired"]}]})";

TEST(TrialPlanJson, ReadsEveryKey) {
  const TrialPlan plan = parse_trial_plan(kWhole, "plan.json");
  EXPECT_EQ(plan.seed, 7u);
  ASSERT_EQ(plan.conditions.size(), 4u);
  const TrialCondition& paired = plan.conditions[0];
  EXPECT_EQ(paired.type(), TrialType::Paired);
  EXPECT_EQ(paired.cs->channel, 2);
  EXPECT_DOUBLE_EQ(paired.cs->duration_s, 0.55);
  EXPECT_DOUBLE_EQ(paired.isi_s, 0.5);
  EXPECT_DOUBLE_EQ(paired.us->duration_s, 0.05);
  EXPECT_DOUBLE_EQ(paired.duration_s(), 0.55);
  EXPECT_EQ(paired.count, 80);
  EXPECT_EQ(plan.conditions[1].type(), TrialType::CsOnly);
  EXPECT_EQ(plan.conditions[1].count, 10);
  EXPECT_EQ(plan.conditions[2].type(), TrialType::UsOnly);
  EXPECT_EQ(plan.conditions[2].us->channel, 3);
  EXPECT_EQ(plan.conditions[2].count, 6);
  EXPECT_EQ(plan.conditions[3].type(), TrialType::Blank);
  EXPECT_EQ(plan.conditions[3].duration_s(), 0.0);
  EXPECT_EQ(plan.max_repeats, 8);
  EXPECT_EQ(plan.iti_min_s, 8.0);
  EXPECT_EQ(plan.iti_max_s, 12.0);
  EXPECT_EQ(plan.blocks, 5);
  EXPECT_EQ(plan.pause_s, 60.0);
  EXPECT_EQ(plan.after_s, 1.5);
  EXPECT_EQ(plan.eye, JudgedEye::Right);
  EXPECT_EQ(plan.gate.open, 0.15);
  EXPECT_EQ(plan.gate.stable_s, 0.3);
  EXPECT_EQ(plan.gate.stable, 0.05);
  ASSERT_EQ(plan.rules.size(), 2u);
  EXPECT_EQ(plan.rules[0].effect, RuleEffect::OmitUs);
  EXPECT_EQ(plan.rules[0].conditions, std::vector<std::size_t>{0});
  EXPECT_DOUBLE_EQ(plan.rules[0].from_s, 0.1);
  EXPECT_DOUBLE_EQ(plan.rules[0].to_s, 0.5);
  EXPECT_EQ(plan.rules[1].effect, RuleEffect::Output);
  EXPECT_EQ(plan.rules[1].conditions, (std::vector<std::size_t>{0, 1}));
  EXPECT_DOUBLE_EQ(plan.rules[1].to_s, 0.6);
}

TEST(TrialPlanJson, SharesBecomeWholeTrialsByLargestRemainder) {
  const auto counts = [](const std::string& trials, const std::string& blocks) {
    std::vector<int> result;
    const TrialPlan plan = parse_trial_plan(
        R"({"format": "eyelid-trials", "version": 1, "seed": 1, "order": "blocks", "conditions": [
            {"name": "a", "share": 0.29}, {"name": "b", "share": 0.355}, {"name": "c", "share": 0.355}],
            "iti": {"min_s": 2, "max_s": 2}, "trials": )" +
            trials + R"(, "blocks": {"count": )" + blocks + "}}",
        "plan.json");
    for (const TrialCondition& condition : plan.conditions) result.push_back(condition.count);
    return result;
  };
  EXPECT_EQ(counts("100", "1"), (std::vector<int>{29, 36, 35}));
  EXPECT_EQ(counts("20", "2"), (std::vector<int>{6, 8, 6}));  // 3, 4, 3 in each
}

/// The plan with one piece replaced.
std::string refusal_with(const std::string& piece, const std::string& other) {
  std::string text = kWhole;
  const std::size_t at = text.find(piece);
  EXPECT_NE(at, std::string::npos) << piece;
  text.replace(at, piece.size(), other);
  return refusal_of([&] { parse_trial_plan(text, "plan.json"); });
}

TEST(TrialPlanJson, EveryFaultIsOneSentenceThatNamesTheKey) {
  struct Case {
    const char* piece;
    const char* other;
    const char* sentence;
  };
  const std::vector<Case> cases{
      {"\"seed\": 7",
       "\"sede\": 7",
       "plan.json: unknown key \"sede\", expected one of format, version, comment, seed, trials, "
       "conditions, order, max_repeats, iti, blocks, after_s, eye, gate, rules"},
      {"\"seed\": 7,",
       "",
       "plan.json: seed is missing, expected a whole number from 0 to 4294967295"},
      {"\"seed\": 7",
       "\"seed\": 18446744073709551615",
       "plan.json: seed is 18446744073709551615, expected a whole number from 0 to 4294967295"},
      {"\"seed\": 7",
       "\"seed\": 1.5",
       "plan.json: seed is 1.5, expected a whole number from 0 to 4294967295"},
      {"eyelid-trials",
       "eyelid-trial",
       "plan.json: format is \"eyelid-trial\", expected \"eyelid-trials\""},
      {"\"version\": 1",
       "\"version\": 2",
       "plan.json: version is 2, expected a whole number from 1 to 1"},
      {"{\"ms\": 550, \"channel\": 2}",
       "{\"ms\": 550, \"chanel\": 2}",
       "plan.json: unknown key conditions[0].cs.\"chanel\", expected one of ms, channel"},
      {"{\"ms\": 550, \"channel\": 2}",
       "550",
       "plan.json: conditions[0].cs is 550, expected an object"},
      {"\"ms\": 550, \"channel\": 2",
       "\"ms\": 550, \"channel\": 5",
       "plan.json: conditions[0].cs.channel is 5, expected a whole number from 1 to 4"},
      {"\"us\": {\"ms\": 50}",
       "\"us\": {\"ms\": 5000}",
       "plan.json: conditions[0].us.ms is 5000, expected a number from 0.1 to 1000.0"},
      {"\"isi_ms\": 500, \"us\"",
       "\"us\"",
       "plan.json: conditions[0].isi_ms is missing, expected a number from 1.0 to 60000.0"},
      {"\"puff\",",
       "\"puff\", \"isi_ms\": 300,",
       "plan.json: conditions[2].isi_ms is 300, expected none in a condition without a CS"},
      {"\"name\": \"probe\"",
       "\"name\": \"paired\"",
       "plan.json: conditions[1].name is \"paired\", expected a name that no other condition has"},
      {"\"share\": 0.04",
       "\"share\": 0.05",
       "plan.json: the shares of conditions add up to 1.01, expected 1"},
      {"\"share\": 0.04",
       "\"count\": 4",
       "plan.json: conditions[3].count is 4, expected none, because trials gives the number of "
       "all"},
      {"\"trials\": 100,",
       "",
       "plan.json: conditions[0].share is 0.8, expected none, because trials is missing"},
      {"\"trials\": 100",
       "\"trials\": 102",
       "plan.json: trials is 102, expected a multiple of blocks.count"},
      {"\"order\": \"shuffled\"",
       "\"order\": \"random\"",
       "plan.json: order is \"random\", expected one of sequence, shuffled, blocks"},
      {"\"max_repeats\": 8",
       "\"max_repeats\": 3",
       "plan.json: max_repeats is 3, but no order of these trials keeps to it; expected a higher "
       "limit"},
      {"\"max_s\": 12",
       "\"max_s\": 7",
       "plan.json: iti.max_s is 7, expected a number from 8.0 to 3600.0"},
      {"\"after_s\": 1.5",
       "\"after_s\": 9",
       "plan.json: iti.min_s is 8, expected a number from 9.0 to 3600.0"},
      {"\"gate\": {",
       "\"gate\": {\"close\": 1, ",
       "plan.json: unknown key gate.\"close\", expected one of open, stable_s, stable"},
      {"\"do\": \"omit_us\"",
       "\"do\": \"puff\"",
       "plan.json: rules[0].do is \"puff\", expected one of output, omit_us"},
      {", \"do\": \"omit_us\"",
       "",
       "plan.json: rules[0].do is missing, expected output or omit_us"},
      {"\"from_ms\": 100",
       "\"from_ms\": 500",
       "plan.json: rules[0].to_ms is missing, expected a time, because a condition has no isi_ms "
       "after from_ms"},
      {"\"from_ms\": 100",
       "\"to_ms\": 501",
       "plan.json: rules[0].to_ms is 501, expected a time up to the shortest isi_ms of its "
       "conditions"},
      {"[\"probe\", \"paired\"]",
       "[\"probe\", \"puff\"]",
       "plan.json: rules[1].conditions is [\"probe\",\"puff\"], expected conditions with a CS"},
      {"[\"probe\", \"paired\"]",
       "[\"prob\"]",
       "plan.json: rules[1].conditions is [\"prob\"], expected different names of conditions with "
       "a CS"},
      {"[\"probe\", \"paired\"]",
       "[\"probe\", \"probe\"]",
       "plan.json: rules[1].conditions is [\"probe\",\"probe\"], expected different names of "
       "conditions with a CS"},
  };
  for (const Case& wrong : cases) EXPECT_EQ(refusal_with(wrong.piece, wrong.other), wrong.sentence);
}

TEST(TrialPlanJson, FilesThatAreNoPlanAreRefused) {
  const testing::TemporaryFolder folder;
  const auto refusal = [&](const std::string& text) {
    std::ofstream(folder / "plan.json", std::ios::binary) << text;
    return refusal_of([&] { load_trial_plan(folder / "plan.json"); });
  };
  const std::string name = (folder / "plan.json").string();
  EXPECT_EQ(refusal_of([&] { load_trial_plan(folder / "plan.json"); }).rfind(name, 0), 0u);
  EXPECT_EQ(refusal("[1]"),
            name + ": found text that is not a JSON object, expected a trial plan of eyelid");
  EXPECT_EQ(refusal(std::string(100, '[')),
            name + ": found JSON of more than 64 levels, expected a trial plan of eyelid");
  EXPECT_NE(refusal(std::string(2 << 20, ' ')), "");
  EXPECT_EQ(refusal(kWhole), "");
}

}  // namespace
}  // namespace eyelid::conditioning
