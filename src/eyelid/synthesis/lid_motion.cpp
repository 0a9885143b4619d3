// SPDX-License-Identifier: MIT
#include "eyelid/synthesis/lid_motion.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "eyelid/core/error.hpp"
#include "eyelid/synthesis/random.hpp"

namespace eyelid::synthesis {
namespace {

constexpr double kLead = 0.25;       // before the first trial
constexpr double kBeforeCs = 0.12;   // no other event starts in here
constexpr double kAfterUs = 0.43;    // a reflex has ended after this
constexpr double kBlinkRoom = 0.42;  // longest spontaneous blink and a pause

double smoothest(double t) {
  t = std::clamp(t, 0.0, 1.0);
  return t * t * t * (10.0 + t * (6.0 * t - 15.0));
}

// 0 .. 1: smooth down phase, hold, and an opening that starts fast and ends slowly.
double course(const LidEvent& event, double time_s) {
  if (time_s <= event.onset_s || time_s >= event.offset_s) return 0.0;
  if (time_s < event.peak_s) {
    return smoothest((time_s - event.onset_s) / (event.peak_s - event.onset_s));
  }
  if (time_s <= event.release_s) return 1.0;
  const double t = (time_s - event.release_s) / (event.offset_s - event.release_s);
  return 1.0 - smoothest(std::pow(t, 0.72));
}

std::string one_decimal(double value) {
  const std::string text = std::to_string(value);
  return text.substr(0, text.find('.') + 2);
}

TrialType type_of(int number, int trials) {
  if (number % 10 == 0) return TrialType::CsOnly;
  if (number % 10 == 5) return TrialType::UsOnly;
  if (trials < 10 && trials >= 3 && number == trials) return TrialType::CsOnly;
  return TrialType::Paired;
}

LidEvent startle(const Trial& trial, Random& random) {
  LidEvent event;
  event.kind = LidEventKind::Startle;
  event.trial = trial.number;
  event.onset_s = *trial.cs_onset_s + random.uniform(0.018, 0.026);
  event.peak_s = event.onset_s + random.uniform(0.022, 0.030);
  event.release_s = event.peak_s + 0.002;
  event.offset_s = event.release_s + random.uniform(0.035, 0.050);
  event.amplitude_right = random.uniform_f(0.06, 0.22);
  event.amplitude_left = event.amplitude_right * random.uniform_f(0.85, 1.1);
  return event;
}

// `learned` 0 .. 1: with training the response grows and starts earlier, and still peaks at the US.
LidEvent conditioned_response(const Trial& trial, double isi_s, double learned, Random& random) {
  LidEvent event;
  event.kind = LidEventKind::ConditionedResponse;
  event.trial = trial.number;
  event.left_delay_s = random.uniform(-0.003, 0.003);
  const double advance = random.uniform(0.4, 1.0) * (0.06 + 0.16 * learned);
  event.onset_s = *trial.cs_onset_s + std::max(0.09, isi_s - 0.10 - advance);
  event.peak_s = *trial.cs_onset_s + isi_s + random.uniform(-0.015, 0.025);
  event.release_s = event.peak_s + random.uniform(0.02, 0.05);
  event.offset_s = event.release_s + random.uniform(0.20, 0.30);
  const double strength = 0.15 + 0.75 * learned + random.uniform(-0.12, 0.18);
  event.amplitude_right = static_cast<float>(std::clamp(strength, 0.1, 1.0));
  event.amplitude_left =
      std::clamp(event.amplitude_right * random.uniform_f(0.9, 1.06), 0.0f, 1.0f);
  return event;
}

LidEvent reflex(const Trial& trial, Random& random) {
  LidEvent event;
  event.kind = LidEventKind::UnconditionedResponse;
  event.trial = trial.number;
  event.left_delay_s = random.uniform(-0.003, 0.003);
  event.onset_s = *trial.us_onset_s + random.uniform(0.030, 0.050);
  event.peak_s = event.onset_s + random.uniform(0.066, 0.078);
  event.release_s = event.peak_s + random.uniform(0.02, 0.06);
  event.offset_s = event.release_s + random.uniform(0.15, 0.23);
  return event;
}

}  // namespace

LidMotion::LidMotion(const Plan& plan) : seed_(plan.seed) {
  EYELID_EXPECTS(plan.trials >= 0 && plan.seconds > 0.0 && plan.isi_s >= 0.2);
  place_trials(plan);
  add_responses(plan);
  std::stable_sort(events_.begin(), events_.end(), [](const LidEvent& a, const LidEvent& b) {
    return a.onset_s < b.onset_s;
  });
}

LidMotion::LidMotion(std::uint64_t seed, std::vector<Trial> trials, std::vector<LidEvent> events)
    : seed_(seed), trials_(std::move(trials)), events_(std::move(events)) {}

void LidMotion::place_trials(const Plan& plan) {
  const double trial_length = kBeforeCs + plan.isi_s + kAfterUs;
  const double needed = kLead + plan.trials * trial_length;
  if (needed > plan.seconds) {
    throw InputError(std::to_string(plan.trials) + " trials need at least " +
                     one_decimal(std::ceil(10.0 * needed) / 10.0) + " s, but the session lasts " +
                     one_decimal(plan.seconds) + " s");
  }
  Random random(plan.seed, 0x747269616cull);
  const double slack = plan.seconds - needed;
  const double wished = plan.blinks_per_minute * random.uniform(0.75, 1.2) * plan.seconds / 60.0;
  const int blinks = static_cast<int>(std::min(std::round(wished), 0.9 * slack / kBlinkRoom));
  const auto gap_count = static_cast<std::size_t>(plan.trials) + 1;
  std::vector<int> blinks_in_gap(gap_count, 0);
  for (int i = 0; i < blinks; ++i) {
    ++blinks_in_gap[static_cast<std::size_t>(random.index(static_cast<int>(gap_count)))];
  }
  // What the blinks leave free is dealt out by exponential shares: trials come unforeseen.
  std::vector<double> shares(gap_count);
  double total = 0.0;
  for (double& share : shares) total += share = -std::log(1.0 - random.unit()) + 0.05;
  const double free = slack - blinks * kBlinkRoom;
  double now = kLead;
  for (std::size_t gap = 0; gap < gap_count; ++gap) {
    const double pause = free * shares[gap] / total / (blinks_in_gap[gap] + 1);
    for (int i = 0; i < blinks_in_gap[gap]; ++i) {
      now += pause;
      add_blink(now, random.bits());
      now += kBlinkRoom;
    }
    now += pause;
    if (gap + 1 == gap_count) break;
    Trial trial;
    trial.number = static_cast<int>(gap) + 1;
    trial.type = type_of(trial.number, plan.trials);
    // On the clock of whole milliseconds that stimulus files are written in.
    const double cs = std::round(1000.0 * (now + kBeforeCs)) / 1000.0;
    if (trial.type != TrialType::UsOnly) trial.cs_onset_s = cs;
    if (trial.type != TrialType::CsOnly) trial.us_onset_s = cs + plan.isi_s;
    trials_.push_back(trial);
    now += trial_length;
  }
}

void LidMotion::add_blink(double onset_s, std::uint64_t seed) {
  Random random(seed, 0x626c696e6bull);
  LidEvent blink;
  const bool is_partial = random.chance(0.22);
  const double closing = random.uniform(0.066, 0.078);
  const double hold = is_partial ? 0.004 : random.uniform(0.008, 0.045);
  blink.onset_s = onset_s;
  blink.peak_s = onset_s + closing;
  blink.release_s = blink.peak_s + hold;
  blink.offset_s = blink.release_s + random.uniform(0.13, 0.24);
  blink.left_delay_s = random.uniform(-0.003, 0.003);
  blink.amplitude_right = is_partial ? random.uniform_f(0.4, 0.8) : 1.0f;
  blink.amplitude_left = is_partial ? blink.amplitude_right * random.uniform_f(0.93, 1.05) : 1.0f;
  events_.push_back(blink);
}

void LidMotion::add_responses(const Plan& plan) {
  Random random(plan.seed, 0x726573706full);
  for (const Trial& trial : trials_) {
    const double learned = plan.trials > 1 ? (trial.number - 1.0) / (plan.trials - 1.0) : 1.0;
    const bool has_startle = random.chance(0.25);
    const bool has_response = random.unit() < 0.15 + 0.85 * std::pow(learned, 0.6);
    if (trial.cs_onset_s && has_startle) {
      events_.push_back(startle(trial, random));
    }
    if (trial.cs_onset_s && has_response) {
      events_.push_back(conditioned_response(trial, plan.isi_s, learned, random));
    }
    if (trial.us_onset_s) events_.push_back(reflex(trial, random));
  }
}

float LidMotion::closure(Eye eye, double time_s) const {
  const double side = eye == Eye::Right ? 0.0 : 1.7;
  const double phase = static_cast<double>(mixed_bits(seed_) % 1000) * 0.00628;
  // Tone of the levator: the open lid is never quite still.
  const double wander = std::sin(1.9 * time_s + phase) + 0.6 * std::sin(5.3 * time_s + 2 * phase) +
                        0.4 * std::sin(0.7 * time_s + phase + side);
  double open = 1.0 - (0.016 + 0.007 * wander);
  for (const LidEvent& event : events_) {
    const double local = eye == Eye::Right ? time_s : time_s - event.left_delay_s;
    if (local <= event.onset_s || local >= event.offset_s) continue;
    const float amplitude = eye == Eye::Right ? event.amplitude_right : event.amplitude_left;
    open *= 1.0 - static_cast<double>(amplitude) * course(event, local);
  }
  return static_cast<float>(1.0 - open);
}

}  // namespace eyelid::synthesis
