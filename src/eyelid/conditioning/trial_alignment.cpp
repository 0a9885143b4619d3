// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/trial_alignment.hpp"

#include <algorithm>
#include <cmath>

#include "eyelid/core/error.hpp"

namespace eyelid::conditioning {
namespace {

constexpr double kFinestStep_ms = 2.0;

}  // namespace

AlignedTraces align_trials(const SessionTrace& trace,
                           std::span<const StimulusTimes> times,
                           double from_ms,
                           double to_ms,
                           std::size_t max_values) {
  EYELID_EXPECTS(from_ms < to_ms && trace.frames() >= 2);
  AlignedTraces aligned;
  const double interval_s = trace.frame_interval_s();
  const double whole_ms = (to_ms - from_ms) * static_cast<double>(times.size());
  aligned.first_ms = from_ms;
  aligned.step_ms = std::max({kFinestStep_ms,
                              std::round(1e6 * interval_s) / 1e3,
                              std::ceil(whole_ms / static_cast<double>(max_values))});
  aligned.samples = static_cast<std::size_t>((to_ms - from_ms) / aligned.step_ms) + 1;
  aligned.trials = times.size();
  for (const ScoredEye eye : kScoredEyes) {
    std::vector<float>& values = aligned.fec[static_cast<std::size_t>(eye)];
    values.assign(aligned.samples * aligned.trials, kNotAvailable);
    for (std::size_t trial = 0; trial < times.size(); ++trial) {
      if (!std::isfinite(times[trial].cs_s)) continue;
      const SampleRange clip = trace.clip_of(times[trial]).kept;
      const std::span<const double> time_s = values_in(trace.time_s(), clip);
      const std::span<const double> fec = values_in(trace.fec(eye), clip);
      const double start_s = times[trial].cs_s + from_ms / 1000.0;
      std::size_t next = samples_between(time_s, start_s, start_s).first;
      for (std::size_t i = 0; i < aligned.samples; ++i) {
        const double at = start_s + aligned.step_ms * static_cast<double>(i) / 1000.0;
        while (next < time_s.size() && time_s[next] < at - 1e-6) ++next;
        if (next == time_s.size()) break;
        float& value = values[trial * aligned.samples + i];
        if (time_s[next] <= at + 1e-6) {
          value = static_cast<float>(fec[next]);
        } else if (next > 0 && time_s[next] - time_s[next - 1] <= 3.0 * interval_s) {
          const double share = (at - time_s[next - 1]) / (time_s[next] - time_s[next - 1]);
          value = static_cast<float>(fec[next - 1] + share * (fec[next] - fec[next - 1]));
        }
      }
    }
  }
  return aligned;
}

}  // namespace eyelid::conditioning
