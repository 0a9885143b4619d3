// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/shaped_trials_testing.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "eyelid/synthesis/random.hpp"

namespace eyelid::conditioning {
namespace {

using synthesis::Random;

constexpr double kTrialEvery_s = 2.5;
constexpr int kProbeEvery = 10;

double smooth_step(double t) {
  if (t <= 0.0) return 0.0;
  if (t >= 1.0) return 1.0;
  return t * t * t * (10.0 + t * (6.0 * t - 15.0));
}

// A hump: closes within `rise_s`, opens within `fall_s`.
double hump(double since_s, double rise_s, double hold_s, double fall_s) {
  return smooth_step(since_s / rise_s) - smooth_step((since_s - rise_s - hold_s) / fall_s);
}

// Pink (1/f) noise of SD 1: first-order processes, one per octave and of equal variance.
class PinkNoise {
 public:
  PinkNoise(double step_s, Random& random) : random_(random) {
    for (std::size_t i = 0; i < kOctaves; ++i) {
      keep_[i] = std::exp(-step_s / (0.004 * std::pow(2.0, static_cast<double>(i))));
      state_[i] = random_.normal();
    }
  }
  double next() {
    double sum = 0.0;
    for (std::size_t i = 0; i < kOctaves; ++i) {
      state_[i] = keep_[i] * state_[i] + std::sqrt(1.0 - keep_[i] * keep_[i]) * random_.normal();
      sum += state_[i];
    }
    return sum / std::sqrt(static_cast<double>(kOctaves));
  }

 private:
  static constexpr std::size_t kOctaves = 9;  // time constants of 4 ms to 1 s
  Random& random_;
  std::array<double, kOctaves> keep_{};
  std::array<double, kOctaves> state_{};
};

struct Blink {
  double onset_s = 0.0;
  double rise_s = 0.08;
  double fall_s = 0.2;
  double amplitude = 1.0;
};

}  // namespace

std::string_view name_of(LidShape shape) {
  switch (shape) {
    case LidShape::MinimumJerk:
      return "minimum jerk";
    case LidShape::Gamma:
      return "gamma";
    case LidShape::Saturating:
      return "saturating";
    case LidShape::HalfSine:
      return "half-sine";
    case LidShape::TwoStep:
      return "two-step";
    case LidShape::Logistic:
      return "logistic";
    case LidShape::RaisedCosine:
      return "raised cosine";
    case LidShape::Ramp:
      return "ramp";
    case LidShape::Cubic:
      return "cubic";
    case LidShape::Damped:
      return "damped";
  }
  return "";
}

double closure_of(const ShapedResponse& response, double time_s) {
  const double since_s = time_s - response.onset_s;
  const double t = since_s / response.rise_s;
  if (since_s <= 0.0 && response.shape != LidShape::Logistic) return 0.0;
  const auto shape_at = [&] {
    switch (response.shape) {
      case LidShape::MinimumJerk:
        return smooth_step(t);
      case LidShape::Gamma: {  // peaks at t = 1
        const double k = 1.5 + 2.0 * response.detail;
        return std::pow(t, k) * std::exp(k * (1.0 - t));
      }
      case LidShape::Saturating:  // 95 % at t = 1
        return 1.0 - std::exp(-3.0 * t);
      case LidShape::HalfSine:
        return t < 2.0 ? std::sin(0.5 * std::numbers::pi * t) : 0.0;
      case LidShape::TwoStep: {
        const double first = 0.3 + 0.3 * response.detail;
        return first * smooth_step(t / 0.35) + (1.0 - first) * smooth_step((t - 0.55) / 0.45);
      }
      case LidShape::Logistic:  // from 2 % at 0 to 98 % at 1
        return 1.0 / (1.0 + std::exp(-2.0 * std::log(49.0) * (t - 0.5)));
      case LidShape::RaisedCosine:
        return t < 1.0 ? 0.5 - 0.5 * std::cos(std::numbers::pi * t) : 1.0;
      case LidShape::Ramp:
        return std::min(t, 1.0);
      case LidShape::Cubic:
        return t < 1.0 ? t * t * (3.0 - 2.0 * t) : 1.0;
      case LidShape::Damped: {  // a critically damped mass
        const double u = 4.744 * t;
        return 1.0 - (1.0 + u) * std::exp(-u);
      }
    }
    return 0.0;
  };
  return response.amplitude * shape_at();
}

ShapedSession shaped_session(const ShapedSessionPlan& plan) {
  Random random(plan.seed, 0x7368617065ull + static_cast<std::uint64_t>(plan.shape));
  const double isi_s = random.uniform(0.25, 0.6);
  ShapedSession session;
  std::vector<Blink> alphas;
  std::vector<Blink> blinks;
  for (int number = 1; number <= plan.trials; ++number) {
    ShapedTrial one;
    const double cs_s = kTrialEvery_s * number + random.uniform(0.0, 0.01);
    const bool is_probe = number % kProbeEvery == 0;
    one.trial = {number,
                 cs_s,
                 is_probe ? std::nullopt : std::optional(cs_s + isi_s),
                 is_probe ? TrialType::CsOnly : TrialType::Paired};
    if (random.chance(plan.blink_share)) {
      blinks.push_back({cs_s - random.uniform(0.5, 1.0), 0.08, 0.2, random.uniform(0.6, 1.0)});
    }
    one.has_alpha = random.chance(plan.alpha_share);
    alphas.push_back({cs_s + random.uniform(0.015, 0.04),
                      random.uniform(0.02, 0.035),
                      random.uniform(0.03, 0.05),
                      one.has_alpha ? random.uniform(0.04, 0.3) : 0.0});
    if (random.chance(plan.response_share)) {
      ShapedResponse response;
      response.shape = plan.shape;
      response.rise_s = random.uniform(plan.min_rise_s, plan.max_rise_s);
      // Later than any alpha response has died down; at least 0.6 of the rise before the US.
      const double earliest_s = one.has_alpha ? 0.12 : 0.06;
      const double latest_s = std::max(earliest_s + 0.005, isi_s - 0.6 * response.rise_s);
      response.onset_s = cs_s + random.uniform(earliest_s, latest_s);
      response.amplitude = random.uniform(plan.min_amplitude, plan.max_amplitude);
      response.detail = random.unit();
      one.response = response;
    }
    session.trials.push_back(one);
  }
  const double step_s = 1.0 / plan.frames_per_s;
  const auto frames =
      static_cast<std::int64_t>(kTrialEvery_s * (plan.trials + 1) * plan.frames_per_s);
  PinkNoise pink(step_s, random);
  const double drift = random.uniform(-plan.drift_per_s, plan.drift_per_s);
  for (std::int64_t frame = 0; frame < frames; ++frame) {
    const double time_s = step_s * static_cast<double>(frame);
    const auto at =
        static_cast<std::size_t>(std::clamp(std::floor((time_s + 1.0) / kTrialEvery_s) - 1.0,
                                            0.0,
                                            static_cast<double>(plan.trials - 1)));
    const ShapedTrial& one = session.trials[at];
    const double cs_s = *one.trial.cs_onset_s;
    double closure = 0.05 + 2.0 * drift * std::sin(0.5 * time_s);  // slope of at most `drift`
    const Blink& alpha = alphas[at];
    closure += alpha.amplitude * hump(time_s - alpha.onset_s, alpha.rise_s, 0.0, alpha.fall_s);
    for (const Blink& blink : blinks) {
      closure += blink.amplitude * hump(time_s - blink.onset_s, blink.rise_s, 0.02, blink.fall_s);
    }
    double response = 0.0;
    if (one.response) {
      // Held until 50 ms after the US, then reopens.
      const double end_s = cs_s + isi_s + 0.05;
      response = closure_of(*one.response, time_s) * (1.0 - smooth_step((time_s - end_s) / 0.3));
    }
    if (one.trial.us_onset_s) {
      const double reflex = hump(time_s - cs_s - isi_s - 0.03, 0.06, 0.05, 0.25);
      response = std::max(response, response + (1.0 - response) * reflex);
    }
    EyelidSample sample;
    sample.frame = frame;
    sample.time_s = time_s;
    const double noise = plan.noise * std::numbers::sqrt2 / 2.0 * (pink.next() + random.normal());
    // The eyes themselves stay empty: one trace is scored, not three equal ones.
    sample.mean_fec = static_cast<float>(closure + response + noise);
    session.trace.add(sample);
  }
  for (ShapedTrial& one : session.trials) {
    if (!one.response) continue;
    const double us_s = *one.trial.cs_onset_s + isi_s;
    for (int i = 0; i < 20; ++i) {
      one.amplitude_at_us += closure_of(*one.response, us_s - 0.001 * i - 0.0005) / 20.0;
    }
    for (double t = *one.trial.cs_onset_s; t < us_s; t += 0.001) {
      one.largest_before_us = std::max(one.largest_before_us, closure_of(*one.response, t));
    }
  }
  return session;
}

}  // namespace eyelid::conditioning
