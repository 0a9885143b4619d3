// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "eyelid/conditioning/session_scoring.hpp"

namespace eyelid::conditioning {

/// A trace written sample by sample, for tests: sample i at i * step_s, the same for both eyes.
class ConstructedTrace {
 public:
  ConstructedTrace(double step_s, double seconds, double fec = 0.0)
      : step_s_(step_s),
        fec_(static_cast<std::size_t>(std::llround(seconds / step_s)), static_cast<float>(fec)) {}

  std::size_t index(double time_s) const {
    return static_cast<std::size_t>(std::llround(time_s / step_s_));
  }
  /// Samples from index(from_s) to before index(to_s).
  ConstructedTrace& fill(double from_s, double to_s, double fec) {
    for (std::size_t i = index(from_s); i < index(to_s); ++i) fec_[i] = static_cast<float>(fec);
    return *this;
  }
  /// Consecutive samples from index(from_s).
  ConstructedTrace& set(double from_s, const std::vector<double>& values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      fec_[index(from_s) + i] = static_cast<float>(values[i]);
    }
    return *this;
  }

  SessionTrace trace() const {
    SessionTrace trace;
    for (std::size_t i = 0; i < fec_.size(); ++i) {
      EyelidSample sample;
      sample.frame = static_cast<std::int64_t>(i);
      sample.time_s = static_cast<double>(i) * step_s_;
      sample.fec.right = sample.fec.left = sample.mean_fec = fec_[i];
      trace.add(sample);
    }
    return trace;
  }

  /// Scores of the mean trace, one per trial.
  std::vector<TrialScore> scores(const std::vector<Trial>& trials, const Preset& preset) const {
    std::vector<TrialRow> rows;
    for (const Trial& trial : trials) {
      rows.push_back({trial, static_cast<std::int64_t>(rows.size()) + 2});
    }
    const SessionScores session = score_session(trace(), rows, preset);
    std::vector<TrialScore> result;
    for (const TrialScore& score : session.scores) {
      if (score.eye == ScoredEye::Mean) result.push_back(score);
    }
    return result;
  }
  TrialScore score(const Trial& trial, const Preset& preset) const {
    return scores({trial}, preset).front();
  }

 private:
  double step_s_;
  std::vector<float> fec_;
};

inline Trial paired(int number, double cs_s, double us_s) {
  return {number, cs_s, us_s, TrialType::Paired};
}
inline Trial cs_only(int number, double cs_s) {
  return {number, cs_s, std::nullopt, TrialType::CsOnly};
}
inline Trial us_only(int number, double us_s) {
  return {number, std::nullopt, us_s, TrialType::UsOnly};
}

}  // namespace eyelid::conditioning
