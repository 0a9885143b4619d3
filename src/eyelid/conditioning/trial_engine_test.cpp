// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/trial_engine.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "eyelid/conditioning/trial_plan_json.hpp"

namespace eyelid::conditioning {
namespace {

constexpr double kPeriod_s = 0.002;

TrialPlan small_plan(const std::string& more = "") {
  return parse_trial_plan(
      R"({"format": "eyelid-trials", "version": 1, "seed": 1, "order": "sequence",
          "iti": {"min_s": 2, "max_s": 2}, "conditions": [
            {"name": "paired", "cs": {"ms": 550}, "isi_ms": 500, "us": {"ms": 50}, "count": 2},
            {"name": "puff", "us": {"ms": 50}, "count": 1}])" +
          more + "}",
      "plan");
}

/// A session whose lids do what the test says; collects the events.
class Rig {
 public:
  explicit Rig(TrialPlan plan, TrialEngine::Stimuli stimuli = TrialEngine::Stimuli::AreAssumed)
      : engine(std::move(plan), stimuli) {}

  void command(OperatorCommand command) { note(engine.on_command(command)); }

  /// Frames until `seconds` have passed; `fec` of both eyes.
  void run(double seconds, float fec) {
    const auto frames = static_cast<int>(seconds / kPeriod_s + 0.5);
    for (int i = 0; i < frames; ++i) frame({fec, fec});
  }
  void frame(PerEye<float> fec, bool is_lost = false) {
    note(engine.on_frame({next, time_s(next), fec, mean_of_valid(fec), is_lost}));
    ++next;
  }
  static double time_s(std::int64_t frame) { return static_cast<double>(frame) * kPeriod_s; }

  std::vector<std::string> take_events() { return std::exchange(events_, {}); }
  const TrialAction& last(TrialActionKind kind) const {
    for (std::size_t i = actions.size(); i > 0; --i) {
      if (actions[i - 1].kind == kind) return actions[i - 1];
    }
    throw std::logic_error("no such action");
  }

  TrialEngine engine;
  std::int64_t next = 0;
  std::vector<TrialAction> actions;

 private:
  void note(TrialEngine::Actions done) {
    for (const TrialAction& action : done) {
      actions.push_back(action);
      const SessionEvent event = event_of(action, engine.plan());
      events_.push_back(event.event + (event.detail.empty() ? "" : ": " + event.detail));
    }
  }
  std::vector<std::string> events_;
};

using Events = std::vector<std::string>;

TEST(TrialEngine, RunsThePlanAndGivesItsTrials) {
  Rig rig(small_plan());
  rig.run(5.0, 0.05f);
  EXPECT_EQ(rig.take_events(), Events{});  // not armed
  rig.command(OperatorCommand::Arm);
  rig.run(1.9, 0.05f);
  EXPECT_EQ(rig.take_events(), (Events{"armed", "trial_prepared: paired"}));
  EXPECT_NEAR(rig.engine.remaining_wait_s(), 0.102, 1e-9);
  rig.run(0.11, 0.05f);
  EXPECT_EQ(rig.take_events(), Events{"trial_start: paired"});
  EXPECT_TRUE(rig.engine.is_trial_running());
  rig.run(1.5, 0.05f);  // 0.55 and 1 s behind it
  EXPECT_TRUE(rig.engine.is_trial_running());
  rig.run(0.1, 0.05f);
  EXPECT_EQ(rig.take_events(), (Events{"trial_over: paired", "trial_prepared: paired"}));
  EXPECT_FALSE(rig.engine.is_trial_running());
  rig.run(10.0, 0.05f);
  EXPECT_EQ(rig.take_events(),
            (Events{"trial_start: paired",
                    "trial_over: paired",
                    "trial_prepared: puff",
                    "trial_start: puff",
                    "trial_over: puff",
                    "block_over",
                    "plan_over"}));
  EXPECT_EQ(rig.engine.state(), EngineState::Over);
  const std::vector<Trial> trials = rig.engine.trials();
  ASSERT_EQ(trials.size(), 3u);
  EXPECT_EQ(trials[0].number, 1);
  EXPECT_EQ(trials[0].type, TrialType::Paired);
  EXPECT_NEAR(*trials[0].us_onset_s - *trials[0].cs_onset_s, 0.5, 1e-12);
  // The ITI: end of the CS to the next CS.
  EXPECT_NEAR(*trials[1].cs_onset_s - *trials[0].cs_onset_s, 2.55, kPeriod_s);
  EXPECT_EQ(trials[2].type, TrialType::UsOnly);
  EXPECT_FALSE(trials[2].cs_onset_s);
  EXPECT_EQ(trials[2].conditions, (TrialConditions{{"condition", "puff"}}));
}

TEST(TrialEngine, TheGateRefusesWithEachReasonOnce) {
  Rig rig(small_plan());
  rig.command(OperatorCommand::Arm);
  rig.run(1.0, 0.05f);
  rig.take_events();
  rig.run(1.5, 0.5f);  // due, but closed
  EXPECT_EQ(rig.take_events(), Events{"gate_refused: the eye is not open"});
  for (int i = 0; i < 600; ++i) {
    const float fec = i % 80 < 40 ? 0.02f : 0.15f;  // open, but never still
    rig.frame({fec, fec});
  }
  EXPECT_EQ(rig.take_events(), Events{"gate_refused: the lid moves"});
  rig.frame({0.05f, 0.05f}, true);
  rig.run(0.15, 0.05f);
  EXPECT_EQ(rig.take_events(), Events{"gate_refused: a frame was lost"});
  rig.frame(kNeitherEye);
  rig.run(0.15, 0.05f);
  EXPECT_EQ(rig.take_events(), Events{"gate_refused: no closure was measured"});
  rig.frame({0.05f, kNotAvailable});
  rig.run(0.15, 0.05f);
  EXPECT_EQ(rig.take_events(), Events{"gate_refused: an eye came or went"});
  rig.frame({0.05f, 0.05f}, true);
  rig.next += 3;  // numbers that never came
  rig.run(0.198, 0.05f);
  EXPECT_EQ(rig.take_events(), Events{});
  rig.run(0.01, 0.05f);
  EXPECT_EQ(rig.take_events(), Events{"trial_start: paired"});
  rig.run(5.0, 0.5f);  // the next ITI tells again
  EXPECT_EQ(
      rig.take_events(),
      (Events{
          "trial_over: paired", "trial_prepared: paired", "gate_refused: the eye is not open"}));
}

TEST(TrialEngine, AWinkOfOneEyeIsSeenByTheMeanOfBoth) {
  Rig rig(small_plan());
  rig.command(OperatorCommand::Arm);
  for (int i = 0; i < 1500; ++i) rig.frame({0.0f, 0.3f});  // the mean is below `open`
  EXPECT_EQ(rig.take_events().back(), "gate_refused: the eye is not open");
}

TEST(TrialEngine, JudgesTheEyeOfThePlan) {
  Rig rig(small_plan(R"(, "eye": "left")"));
  rig.command(OperatorCommand::Arm);
  for (int i = 0; i < 1200; ++i) rig.frame({i % 3 == 0 ? kNotAvailable : 0.9f, 0.05f});
  EXPECT_EQ(rig.take_events().back(), "trial_start: paired");
}

TEST(TrialEngine, ADisarmedTrialIsAbortedAndComesAgain) {
  Rig rig(small_plan(), TrialEngine::Stimuli::AreAcknowledged);
  rig.command(OperatorCommand::Arm);
  rig.run(2.1, 0.05f);
  EXPECT_EQ(rig.last(TrialActionKind::Start).start, 1);
  rig.engine.cs_seen(1, 2.001);
  rig.take_events();
  rig.command(OperatorCommand::Disarm);
  EXPECT_EQ(rig.take_events(), (Events{"trial_aborted: paired", "disarmed"}));
  EXPECT_FALSE(rig.engine.is_trial_running());
  rig.run(5.0, 0.05f);
  rig.command(OperatorCommand::Disarm);
  EXPECT_EQ(rig.take_events(), Events{});
  rig.command(OperatorCommand::Arm);
  EXPECT_EQ(rig.last(TrialActionKind::Prepare).start, 2);
  rig.run(1.98, 0.05f);
  EXPECT_FALSE(rig.engine.is_trial_running());  // the ITI again
  rig.run(0.1, 0.05f);
  EXPECT_EQ(rig.last(TrialActionKind::Start).start, 2);
  EXPECT_EQ(rig.last(TrialActionKind::Start).trial, 1);
  rig.engine.us_seen(1, 7.5);  // of the aborted one, late
  rig.engine.cs_seen(2, 9.1);
  rig.engine.us_seen(2, 9.6);
  rig.run(2.0, 0.05f);
  const std::vector<Trial> trials = rig.engine.trials();
  ASSERT_EQ(trials.size(), 1u);
  EXPECT_EQ(trials[0].number, 1);
  EXPECT_EQ(trials[0].cs_onset_s, 9.1);
  EXPECT_EQ(trials[0].us_onset_s, 9.6);
}

TEST(TrialEngine, ATrialThatNobodyAcknowledgesIsNoRow) {
  Rig rig(small_plan(), TrialEngine::Stimuli::AreAcknowledged);
  rig.command(OperatorCommand::Arm);
  rig.run(2.1, 0.05f);
  rig.engine.cs_seen(1, 2.0);
  rig.engine.cs_seen(77, 2.0);
  rig.run(2.0, 0.05f);
  EXPECT_EQ(rig.take_events(),
            (Events{"armed",
                    "trial_prepared: paired",
                    "trial_start: paired",
                    "trial_unconfirmed: paired",
                    "trial_prepared: paired"}));
  EXPECT_TRUE(rig.engine.trials().empty());
  rig.engine.us_seen(1, 2.5);  // late is better than never
  EXPECT_EQ(rig.engine.trials().size(), 1u);
}

TEST(TrialEngine, ARuleOmitsTheUsAndTheTrialCountsAsItWas) {
  const char* rules = R"(, "rules": [
      {"name": "escape", "above_baseline": 0.3, "from_ms": 100, "do": "omit_us"},
      {"name": "bell", "above_baseline": 0.3, "from_ms": 100, "do": "output"}])";
  for (const bool is_acknowledged : {false, true}) {
    Rig rig(
        small_plan(rules),
        is_acknowledged ? TrialEngine::Stimuli::AreAcknowledged : TrialEngine::Stimuli::AreAssumed);
    rig.command(OperatorCommand::Arm);
    rig.run(2.1, 0.1f);
    const double cs_s = rig.last(TrialActionKind::Start).time_s;
    if (is_acknowledged) rig.engine.cs_seen(1, cs_s);
    rig.take_events();
    while (Rig::time_s(rig.next) < cs_s + 0.0999) rig.frame({0.9f, 0.9f});  // too early: a startle
    EXPECT_EQ(rig.take_events(), Events{});
    rig.run(0.1, 0.39f);  // 0.29 above the baseline
    EXPECT_EQ(rig.take_events(), Events{});
    const std::int64_t crossing = rig.next;
    rig.run(0.2, 0.41f);
    EXPECT_EQ(rig.take_events(), (Events{"omit_us: escape", "output: bell"}));
    EXPECT_EQ(rig.last(TrialActionKind::OmitUs).frame, crossing);
    if (is_acknowledged) rig.engine.us_omitted(1);
    rig.run(2.0, 0.1f);
    const std::vector<Trial> trials = rig.engine.trials();
    ASSERT_EQ(trials.size(), 1u);
    EXPECT_EQ(trials[0].type, TrialType::CsOnly);
    EXPECT_FALSE(trials[0].us_onset_s);
    EXPECT_EQ(trials[0].conditions,
              (TrialConditions{{"condition", "paired"}, {"rule", "escape+bell"}}));
  }
}

TEST(TrialEngine, AUsThatCouldNotBeOmittedAnyMoreIsAPairedTrial) {
  Rig rig(small_plan(R"(, "rules": [{"name": "escape", "above_baseline": 0.3, "do": "omit_us"}])"),
          TrialEngine::Stimuli::AreAcknowledged);
  rig.command(OperatorCommand::Arm);
  rig.run(2.1, 0.1f);
  rig.engine.cs_seen(1, rig.last(TrialActionKind::Start).time_s);
  rig.run(0.3, 0.8f);
  EXPECT_EQ(rig.take_events().back(), "omit_us: escape");
  rig.engine.us_seen(1, rig.last(TrialActionKind::Start).time_s + 0.5);
  rig.run(2.0, 0.1f);
  ASSERT_EQ(rig.engine.trials().size(), 1u);
  EXPECT_EQ(rig.engine.trials()[0].type, TrialType::Paired);
}

TEST(TrialEngine, StopEndsTheSessionForGood) {
  Rig rig(small_plan());
  rig.command(OperatorCommand::Arm);
  rig.run(2.1, 0.05f);
  rig.take_events();
  rig.command(OperatorCommand::Mark);
  rig.command(OperatorCommand::Stop);
  rig.command(OperatorCommand::Arm);
  rig.command(OperatorCommand::Mark);
  rig.run(5.0, 0.05f);
  EXPECT_EQ(rig.take_events(), (Events{"mark", "trial_aborted: paired", "stopped", "mark"}));
  EXPECT_EQ(rig.engine.state(), EngineState::Over);
  EXPECT_TRUE(rig.engine.trials().empty());
}

}  // namespace
}  // namespace eyelid::conditioning
