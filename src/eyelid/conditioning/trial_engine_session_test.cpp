// SPDX-License-Identifier: MIT
// A thousand trials on simulated lids whose truth is known: blinks, long closures, squints, lost
// frames, lost faces, hidden eyes, CRs.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <vector>

#include "eyelid/conditioning/trial_engine.hpp"
#include "eyelid/conditioning/trial_plan_json.hpp"
#include "eyelid/synthesis/lid_motion.hpp"
#include "eyelid/synthesis/random.hpp"

namespace eyelid::conditioning {
namespace {

constexpr double kFps = 500.0;
constexpr float kNoise = 0.01f;  // bound of the measurement's error
constexpr int kTrialsPerSession = 50;
constexpr double kRuleAbove = 0.3;
constexpr double kRuleFrom_s = 0.1;

TrialPlan session_plan(std::uint64_t seed) {
  return parse_trial_plan(
      R"({"format": "eyelid-trials", "version": 1, "order": "blocks", "max_repeats": 5,
          "trials": 50, "blocks": {"count": 5, "pause_s": 3}, "iti": {"min_s": 1, "max_s": 2},
          "after_s": 0.5, "conditions": [
            {"name": "paired", "cs": {"ms": 450}, "isi_ms": 400, "us": {"ms": 50}, "share": 0.7},
            {"name": "probe", "cs": {"ms": 450}, "isi_ms": 400, "share": 0.1},
            {"name": "puff", "us": {"ms": 50}, "share": 0.1},
            {"name": "blank", "share": 0.1}],
          "rules": [{"name": "escape", "above_baseline": 0.3, "from_ms": 100, "do": "omit_us"}],
          "seed": )" +
          std::to_string(seed) + "}",
      "plan");
}

/// Blinks, closures of seconds, and squints that last, about 30 a minute.
std::vector<synthesis::LidEvent> spontaneous_events(synthesis::Random& random, double seconds) {
  std::vector<synthesis::LidEvent> events;
  for (double at_s = random.uniform(0.2, 2.0); at_s < seconds; at_s += random.uniform(0.5, 3.5)) {
    synthesis::LidEvent event;
    event.onset_s = at_s;
    event.peak_s = at_s + random.uniform(0.06, 0.12);
    const double kind = random.unit();
    const double held_s = kind < 0.7 ? random.uniform(0.0, 0.04) : random.uniform(0.3, 1.5);
    event.release_s = event.peak_s + held_s;
    event.offset_s = event.release_s + random.uniform(0.1, 0.3);
    const float amplitude = kind < 0.85 ? 1.0f : random.uniform_f(0.15, 0.5);
    const bool is_wink = random.chance(0.1);
    event.amplitude_right = amplitude;
    event.amplitude_left = is_wink ? 0.0f : amplitude;
    event.left_delay_s = random.uniform(0.0, 0.006);
    events.push_back(event);
    at_s = event.offset_s;
  }
  return events;
}

struct TruthFrame {
  double time_s = 0.0;
  PerEye<float> fec;
  bool is_lost = false;
  PerEye<bool> is_measured{true, true};
};

/// Whether the truth of the last `stable_s` would have allowed a CS; with the noise as tolerance.
void expect_open_and_still(const std::deque<TruthFrame>& past, const TrialGate& gate) {
  const double now_s = past.back().time_s;
  PerEye<float> low{1.0f, 1.0f};
  PerEye<float> high{0.0f, 0.0f};
  ASSERT_LE(past.front().time_s, now_s - gate.stable_s + 1e-6);
  for (const TruthFrame& frame : past) {
    if (frame.time_s < now_s - gate.stable_s - 1e-6) continue;
    EXPECT_FALSE(frame.is_lost);
    EXPECT_TRUE(frame.is_measured.right || frame.is_measured.left);
    EXPECT_EQ(frame.is_measured, past.back().is_measured);
    for (const Eye eye : kEyes) {
      if (!frame.is_measured[eye]) continue;
      low[eye] = std::min(low[eye], frame.fec[eye]);
      high[eye] = std::max(high[eye], frame.fec[eye]);
    }
  }
  for (const Eye eye : kEyes) {
    if (!past.back().is_measured[eye]) continue;
    EXPECT_LT(high[eye], gate.open + static_cast<double>(kNoise));
    EXPECT_LE(high[eye] - low[eye], gate.stable + 2.0 * static_cast<double>(kNoise));
  }
}

/// One session of a seed: the engine, told the truth with noise and gaps.
class SimulatedSession {
 public:
  explicit SimulatedSession(std::uint64_t seed)
      : random_(seed, 1),
        motion_(seed, {}, spontaneous_events(random_, 600.0)),
        engine_(session_plan(seed), TrialEngine::Stimuli::AreAcknowledged) {}

  void run() {
    act(engine_.on_command(OperatorCommand::Arm));
    for (std::int64_t i = 0; engine_.state() != EngineState::Over; ++i) {
      ASSERT_LT(i, static_cast<std::int64_t>(590.0 * kFps)) << "not every trial was reached";
      step(i);
      if (i % 20011 == 20010) {  // the operator interrupts
        act(engine_.on_command(OperatorCommand::Disarm));
        ++interruptions_;
        act(engine_.on_command(OperatorCommand::Arm));
      }
    }
    check_the_end();
  }
  int starts() const { return start_; }
  int fired() const { return fired_; }
  int interruptions() const { return interruptions_; }
  int refusals() const { return refusals_; }

 private:
  /// A CR in two of three trials with a CS, beginning 60 .. 250 ms after it.
  void plan_response() {
    cr_onset_s_ = cs_s_ + random_.uniform(0.06, 0.25);
    cr_amplitude_ = random_.chance(0.67) ? random_.uniform_f(0.15, 0.9) : 0.0f;
  }

  float response(double time_s) const {
    const double into_s = time_s - cr_onset_s_;
    if (!is_in_trial_ || into_s <= 0.0 || into_s >= 0.6) return 0.0f;
    return cr_amplitude_ * static_cast<float>(std::sin(3.141592653589793 * into_s / 0.6));
  }

  void step(std::int64_t number) {
    TruthFrame truth;
    truth.time_s = static_cast<double>(number) / kFps;
    for (const Eye eye : kEyes) {
      truth.fec[eye] = std::max(motion_.closure(eye, truth.time_s), response(truth.time_s));
    }
    truth.is_lost = random_.chance(0.0003);
    if (random_.chance(0.0001)) face_gone_until_s_ = truth.time_s + random_.uniform(0.002, 0.5);
    if (random_.chance(0.0001)) left_hidden_until_s_ = truth.time_s + random_.uniform(0.002, 3.0);
    const bool has_face = truth.time_s >= face_gone_until_s_;
    truth.is_measured = {has_face, has_face && truth.time_s >= left_hidden_until_s_};
    past_.push_back(truth);
    if (past_.size() > 150) past_.pop_front();

    EngineFrame frame{number, truth.time_s, kNeitherEye, kNotAvailable, truth.is_lost};
    for (const Eye eye : kEyes) {
      const float noise = random_.uniform_f(-0.01, 0.01);
      if (!truth.is_lost && truth.is_measured[eye]) frame.fec[eye] = truth.fec[eye] + noise;
    }
    frame.mean_fec = mean_of_valid(frame.fec);
    watch_rule(truth);
    act(engine_.on_frame(frame));
    check_rule(truth);
  }

  /// The first frame at which the truth, whatever the noise, is past the rule's level.
  void watch_rule(const TruthFrame& truth) {
    const double into_s = truth.time_s - cs_s_;
    if (!is_rule_trial_ || !is_in_trial_ || is_past_ || truth.is_lost) return;
    if (into_s < kRuleFrom_s || into_s >= 0.4) return;
    PerEye<float> seen = kNeitherEye;
    for (const Eye eye : kEyes) {
      if (truth.is_measured[eye]) seen[eye] = truth.fec[eye];
    }
    const float mean = mean_of_valid(seen);
    is_past_ = is_finite(mean) && static_cast<double>(mean) >
                                      static_cast<double>(baseline_) + kRuleAbove + 2.0 * kNoise;
    is_near_ = is_near_ ||
               (is_finite(mean) && static_cast<double>(mean) >
                                       static_cast<double>(baseline_) + kRuleAbove - 2.0 * kNoise);
  }
  void check_rule(const TruthFrame& truth) {
    if (!is_rule_trial_ || !is_in_trial_ || is_checked_ || !is_past_) return;
    EXPECT_TRUE(has_fired_) << "at " << truth.time_s;  // not one frame later
    is_checked_ = true;
  }

  void act(TrialEngine::Actions actions) {
    for (const TrialAction& action : actions) {
      switch (action.kind) {
        case TrialActionKind::Start:
          start(action);
          break;
        case TrialActionKind::OmitUs:
          EXPECT_TRUE(is_rule_trial_ && is_near_);
          has_fired_ = true;
          ++fired_;
          engine_.us_omitted(action.start);
          break;
        case TrialActionKind::Abort:
        case TrialActionKind::Over:
          is_in_trial_ = false;
          end_s_ = action.time_s;
          break;
        case TrialActionKind::Unconfirmed:
          ADD_FAILURE() << "everything was acknowledged";
          break;
        case TrialActionKind::GateRefused:
          ++refusals_;
          break;
        default:
          break;
      }
    }
  }

  void start(const TrialAction& action) {
    expect_open_and_still(past_, engine_.plan().gate);
    EXPECT_FALSE(is_in_trial_);
    EXPECT_EQ(action.start, ++start_);
    const TrialCondition& condition = engine_.plan().conditions[action.condition];
    is_in_trial_ = true;
    cs_s_ = action.time_s;
    is_rule_trial_ = condition.name == "paired";
    is_past_ = is_near_ = has_fired_ = is_checked_ = false;
    float sum = 0.0f;
    int count = 0;
    for (const TruthFrame& frame : past_) {
      if (frame.time_s < cs_s_ - 0.2 - 1e-6) continue;
      PerEye<float> seen{frame.is_measured.right ? frame.fec.right : kNotAvailable,
                         frame.is_measured.left ? frame.fec.left : kNotAvailable};
      sum += mean_of_valid(seen);
      ++count;
    }
    baseline_ = sum / static_cast<float>(count);
    if (condition.cs) {
      plan_response();
      engine_.cs_seen(action.start, cs_s_);
    } else {
      cr_amplitude_ = 0.0f;
    }
    if (condition.us) {
      engine_.us_seen(action.start, cs_s_ + (condition.cs ? condition.isi_s : 0.0));
    }
  }

  void check_the_end() {
    const std::vector<Trial> trials = engine_.trials();
    ASSERT_EQ(trials.size(), static_cast<std::size_t>(kTrialsPerSession));
    for (std::size_t i = 0; i < trials.size(); ++i) {
      const PlannedTrial& planned = engine_.planned()[i];
      EXPECT_EQ(trials[i].number, planned.number);
      EXPECT_EQ(trials[i].conditions[0].second, engine_.plan().conditions[planned.condition].name);
      if (trials[i].type == TrialType::Paired) {
        EXPECT_NEAR(*trials[i].us_onset_s - *trials[i].cs_onset_s, 0.4, 1e-9);
      }
      if (i == 0 || !trials[i].cs_onset_s || !trials[i - 1].cs_onset_s) continue;
      const double iti_s = *trials[i].cs_onset_s - *trials[i - 1].cs_onset_s - 0.45;
      EXPECT_GE(iti_s, planned.wait_s - 1e-6);
    }
  }

  synthesis::Random random_;
  synthesis::LidMotion motion_;
  TrialEngine engine_;
  std::deque<TruthFrame> past_;
  double face_gone_until_s_ = -1.0;
  double left_hidden_until_s_ = -1.0;
  bool is_in_trial_ = false;
  bool is_rule_trial_ = false;
  bool is_past_ = false;
  bool is_near_ = false;
  bool has_fired_ = false;
  bool is_checked_ = false;
  double cs_s_ = 0.0;
  double end_s_ = 0.0;
  double cr_onset_s_ = 0.0;
  float cr_amplitude_ = 0.0f;
  float baseline_ = 0.0f;
  int start_ = 0;
  int fired_ = 0;
  int interruptions_ = 0;
  int refusals_ = 0;
};

TEST(TrialEngineSession, AThousandTrialsNeverStartOnAClosedOrMovingEye) {
  int starts = 0;
  int fired = 0;
  int interruptions = 0;
  int refusals = 0;
  for (std::uint64_t seed = 1; seed <= 1000 / kTrialsPerSession; ++seed) {
    SimulatedSession session(seed);
    session.run();
    starts += session.starts();
    fired += session.fired();
    interruptions += session.interruptions();
    refusals += session.refusals();
  }
  // Every kind of case took place.
  EXPECT_GE(starts, 1000);
  EXPECT_GT(fired, 100);
  EXPECT_GT(interruptions, 20);
  EXPECT_GT(refusals, 300);
}

}  // namespace
}  // namespace eyelid::conditioning
