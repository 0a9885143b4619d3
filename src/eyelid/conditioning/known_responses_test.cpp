// SPDX-License-Identifier: MIT
// Agreement with sessions whose responses are known: 10 seeds x 100 trials of the renderer's lid
// movements, with the noise that tracking leaves. No picture is drawn.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <vector>

#include "eyelid/conditioning/session_scoring.hpp"
#include "eyelid/core/statistics.hpp"
#include "eyelid/synthesis/lid_motion.hpp"
#include "eyelid/synthesis/random.hpp"

namespace eyelid::conditioning {
namespace {

using synthesis::LidEvent;
using synthesis::LidEventKind;
using synthesis::LidMotion;
using synthesis::Random;

constexpr double kStep_s = 0.002;

// White noise of 0.04 FEC behind the filter of closure/ (Savitzky-Golay, order 2, +-14 ms).
std::vector<double> tracking_noise(std::size_t count, Random& random) {
  constexpr int kHalf = 7;
  std::vector<double> white(count + 2 * kHalf);
  for (double& value : white) value = 0.04 * random.normal();
  std::vector<double> result(count);
  const double divisor = (2.0 * kHalf - 1) * (2 * kHalf + 1) * (2 * kHalf + 3);
  for (std::size_t i = 0; i < count; ++i) {
    for (int k = -kHalf; k <= kHalf; ++k) {
      const double weight = 3.0 * (3 * kHalf * kHalf + 3 * kHalf - 1 - 5 * k * k) / divisor;
      result[i] += weight * white[i + static_cast<std::size_t>(k + kHalf)];
    }
  }
  return result;
}

SessionTrace tracked(const LidMotion& motion, double seconds, Random& random) {
  const auto count = static_cast<std::size_t>(std::llround(seconds / kStep_s));
  const std::vector<double> right = tracking_noise(count, random);
  const std::vector<double> left = tracking_noise(count, random);
  SessionTrace trace;
  for (std::size_t i = 0; i < count; ++i) {
    EyelidSample sample;
    sample.frame = static_cast<std::int64_t>(i);
    sample.time_s = static_cast<double>(i) * kStep_s;
    sample.fec.right = motion.closure(Eye::Right, sample.time_s) + static_cast<float>(right[i]);
    sample.fec.left = motion.closure(Eye::Left, sample.time_s) + static_cast<float>(left[i]);
    sample.mean_fec = 0.5f * (sample.fec.right + sample.fec.left);
    trace.add(sample);
  }
  return trace;
}

struct Agreement {
  int judged = 0;
  int agreed = 0;
  int rejected = 0;
  std::vector<double> onset_errors_ms;
  std::vector<double> onset_bias_ms;
  std::vector<double> amplitude_errors;

  double share() const { return static_cast<double>(agreed) / judged; }
};

// Right eye and mean, all trials with a CS. A trial that is rejected counts as not judged.
void compare(const LidMotion& motion, const SessionScores& session, Agreement& agreement) {
  std::map<int, const LidEvent*> responses;
  for (const LidEvent& event : motion.events()) {
    if (event.kind == LidEventKind::ConditionedResponse) responses[*event.trial] = &event;
  }
  for (const TrialScore& score : session.scores) {
    if (score.eye == ScoredEye::Left || !score.trial.cs_onset_s) continue;
    if (score.verdict == Verdict::Rejected) {
      ++agreement.rejected;
      continue;
    }
    const auto found = responses.find(score.trial.number);
    const bool has_response = found != responses.end();
    ++agreement.judged;
    agreement.agreed += has_response == (score.verdict == Verdict::Cr);
    if (!has_response || score.verdict != Verdict::Cr) continue;
    const LidEvent& event = *found->second;
    const double onset_ms = 1000.0 * (event.onset_s - *score.trial.cs_onset_s);
    agreement.onset_errors_ms.push_back(std::abs(score.cr_onset_ms - onset_ms));
    agreement.onset_bias_ms.push_back(score.cr_onset_ms - onset_ms);
    const float amplitude = score.eye == ScoredEye::Right
                                ? event.amplitude_right
                                : 0.5f * (event.amplitude_right + event.amplitude_left);
    agreement.amplitude_errors.push_back(
        std::abs(score.cr_amplitude - static_cast<double>(amplitude)));
  }
}

void report(const char* what, const Agreement& a) {
  std::printf(
      "%s: %d judged, %d rejected, agreement %.2f %%, onset error median %.2f ms (bias %.2f), 90 "
      "%% "
      "under %.1f ms, amplitude error median %.4f\n",
      what,
      a.judged,
      a.rejected,
      100.0 * a.share(),
      median_of(a.onset_errors_ms),
      median_of(a.onset_bias_ms),
      [&] {
        std::vector<double> values = a.onset_errors_ms;
        return quantile_of(values, 0.9);
      }(),
      median_of(a.amplitude_errors));
}

SessionScores scored(const LidMotion& motion, double seconds, Random& random) {
  const SessionTrace trace = tracked(motion, seconds, random);
  std::vector<TrialRow> rows;
  for (const Trial& trial : motion.trials()) rows.push_back({trial, trial.number + 1});
  return score_session(trace, rows, load_preset("human"));
}

TEST(KnownResponses, OfTheRenderersSessionsAreFound) {
  Agreement agreement;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const LidMotion motion({.seed = seed,
                            .seconds = 160.0,
                            .trials = 100,
                            .isi_s = 0.25 + 0.04 * static_cast<double>(seed)});
    Random random(seed, 0x6e6f697365ull);
    compare(motion, scored(motion, 160.0, random), agreement);
  }
  report("renderer's sessions", agreement);
  EXPECT_GE(agreement.share(), 0.97);
  EXPECT_LE(median_of(agreement.onset_errors_ms), 6.0);
  EXPECT_LE(median_of(agreement.amplitude_errors), 0.05);
  EXPECT_LE(agreement.rejected, agreement.judged / 50);
}

// Onsets over the whole span from 60 ms to where a movement still closes a tenth before the US.
LidMotion wide_session(std::uint64_t seed) {
  Random random(seed, 0x77696465ull);
  std::vector<Trial> trials;
  std::vector<LidEvent> events;
  const double isi_s = random.uniform(0.25, 0.6);
  for (int number = 1; number <= 100; ++number) {
    const double cs_s = 1.0 + 2.0 * number;
    const bool is_probe = number % 10 == 0;
    trials.push_back({number,
                      cs_s,
                      is_probe ? std::nullopt : std::optional(cs_s + isi_s),
                      is_probe ? TrialType::CsOnly : TrialType::Paired});
    if (random.chance(0.3)) {  // a spontaneous blink between the trials
      LidEvent blink;
      blink.onset_s = cs_s - random.uniform(0.5, 0.75);
      blink.peak_s = blink.onset_s + 0.07;
      blink.release_s = blink.peak_s + 0.02;
      blink.offset_s = blink.release_s + 0.18;
      events.push_back(blink);
    }
    if (random.chance(0.25)) {
      LidEvent alpha;
      alpha.kind = LidEventKind::Startle;
      alpha.trial = number;
      alpha.onset_s = cs_s + random.uniform(0.018, 0.026);
      alpha.peak_s = alpha.onset_s + 0.025;
      alpha.release_s = alpha.peak_s + 0.002;
      alpha.offset_s = alpha.release_s + 0.045;
      alpha.amplitude_right = alpha.amplitude_left = random.uniform_f(0.06, 0.22);
      events.push_back(alpha);
    }
    if (random.chance(0.7)) {
      LidEvent cr;
      cr.kind = LidEventKind::ConditionedResponse;
      cr.trial = number;
      const double closing_s = random.uniform(0.07, 0.25);
      cr.onset_s = cs_s + random.uniform(0.06, isi_s - std::min(0.6 * closing_s, isi_s - 0.07));
      cr.peak_s = cr.onset_s + closing_s;
      cr.release_s = cr.peak_s + random.uniform(0.02, 0.05);
      cr.offset_s = cr.release_s + random.uniform(0.2, 0.3);
      cr.amplitude_right = cr.amplitude_left = random.uniform_f(0.1, 1.0);
      events.push_back(cr);
    }
    if (!is_probe) {
      LidEvent ur;
      ur.kind = LidEventKind::UnconditionedResponse;
      ur.trial = number;
      ur.onset_s = cs_s + isi_s + random.uniform(0.03, 0.05);
      ur.peak_s = ur.onset_s + 0.07;
      ur.release_s = ur.peak_s + 0.04;
      ur.offset_s = ur.release_s + 0.2;
      events.push_back(ur);
    }
  }
  return LidMotion(seed, trials, events);
}

TEST(KnownResponses, OfAnyOnsetAndAmplitudeAreFound) {
  Agreement agreement;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const LidMotion motion = wide_session(seed);
    Random random(seed, 0x6e6f697365ull);
    compare(motion, scored(motion, 203.0, random), agreement);
  }
  report("any onset and amplitude", agreement);
  EXPECT_GE(agreement.share(), 0.97);
  EXPECT_LE(median_of(agreement.onset_errors_ms), 6.0);
  EXPECT_LE(median_of(agreement.amplitude_errors), 0.05);
  EXPECT_LE(agreement.rejected, agreement.judged / 50);
}

}  // namespace
}  // namespace eyelid::conditioning
