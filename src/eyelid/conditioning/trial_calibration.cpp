// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/trial_calibration.hpp"

#include <fmt/format.h>

#include <cmath>

#include "eyelid/conditioning/preset.hpp"
#include "eyelid/conditioning/trial_scoring.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/core/statistics.hpp"

namespace eyelid::conditioning {
namespace {

constexpr int kMinAtRest = 5;
constexpr double kMinSpan = 0.2;        // FEC between rest and closure
constexpr double kRestTolerance = 0.1;  // FEC; one criterion
constexpr double kClosedTolerance = 0.2;
constexpr double kUrWindow_s = 0.3;

}  // namespace

TrialLevels levels_from_trials(const SessionTrace& trace,
                               ScoredEye eye,
                               std::span<const TrialRow> rows) {
  const Preset preset = load_preset("human");
  const SessionEye session(trace, eye, preset);
  std::vector<double> rest;
  std::vector<double> closed;
  for (const TrialRow& row : rows) {
    const Trial& trial = row.trial;
    if (trial.cs_onset_s) {
      const StimulusTimes times{*trial.cs_onset_s, *trial.cs_onset_s};
      const double level = baseline_of(session.around(times), times, preset).level;
      if (std::isfinite(level)) rest.push_back(level);
    }
    if (trial.us_onset_s) {
      const double us_s = *trial.us_onset_s;
      const EyeTrace view = session.around({us_s, us_s});
      const SampleRange range = samples_between(view.time_s, us_s, us_s + kUrWindow_s);
      const std::size_t top = argmax(view.smoothed, range);
      if (top < range.last) closed.push_back(view.smoothed[top]);
    }
  }
  TrialLevels found;
  found.rest_trials = static_cast<int>(rest.size());
  found.us_trials = static_cast<int>(closed.size());
  found.rest = median_of(rest);
  found.closed = quantile_of(closed, 0.75);  // the median of the deeper half
  return found;
}

double recalibrated(double fec, const EyeLevels& before, const EyeLevels& now) {
  const double open = static_cast<double>(before.open_ear);
  const double ear = open - fec * (open - static_cast<double>(before.closed_ear));
  const double open_now = static_cast<double>(now.open_ear);
  return (open_now - ear) / (open_now - static_cast<double>(now.closed_ear));
}

EyeLevels calibrated(const EyeLevels& levels, const TrialLevels& found, ScoredEye eye) {
  if (found.rest_trials < kMinAtRest) {
    throw InputError(fmt::format(
        "{} eye: measured before the CS in {} trials, expected at least {} to calibrate "
        "from trials",
        name_of(eye),
        found.rest_trials,
        kMinAtRest));
  }
  const double closed = found.us_trials >= kMinUsTrials ? found.closed : 1.0;
  if (!(closed - found.rest >= kMinSpan)) {
    throw InputError(
        fmt::format("{} eye: closure is {:.2f} before the CS and {:.2f} after the US, "
                    "expected at least {:g} apart to calibrate from trials",
                    name_of(eye),
                    found.rest,
                    closed,
                    kMinSpan));
  }
  const double open = static_cast<double>(levels.open_ear);
  const double span = open - static_cast<double>(levels.closed_ear);
  return {static_cast<float>(open - found.rest * span), static_cast<float>(open - closed * span)};
}

std::vector<std::string> calibration_mismatches(const Calibration& used,
                                                const Calibration& recording,
                                                const TrialLevels& right,
                                                const TrialLevels& left) {
  std::vector<std::string> warnings;
  const auto compare = [&](const char* what, const std::string& then, const std::string& now) {
    if (then.empty() || now.empty() || then == now) return;
    warnings.push_back(
        fmt::format("the calibration has {} \"{}\", this recording \"{}\"", what, then, now));
  };
  compare("subject", used.subject, recording.subject);
  compare("glasses", used.glasses, recording.glasses);
  compare("camera", used.camera, recording.camera);
  compare("distance", used.distance, recording.distance);
  for (const auto& [eye, levels] : {std::pair("right", &right), std::pair("left", &left)}) {
    if (std::abs(levels->rest) > kRestTolerance) {
      warnings.push_back(
          fmt::format("{} eye: FEC before the CS is {:.2f} with this calibration, expected near 0",
                      eye,
                      levels->rest));
    }
    if (levels->us_trials >= kMinUsTrials && std::abs(levels->closed - 1.0) > kClosedTolerance) {
      warnings.push_back(fmt::format(
          "{} eye: FEC after the US reaches {:.2f} with this calibration, expected near 1",
          eye,
          levels->closed));
    }
  }
  return warnings;
}

}  // namespace eyelid::conditioning
