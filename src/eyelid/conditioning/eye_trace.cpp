// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/eye_trace.hpp"

#include <cmath>

#include "eyelid/conditioning/low_pass.hpp"

namespace eyelid::conditioning {

SessionEye::SessionEye(const SessionTrace& trace, ScoredEye eye, const Preset& preset)
    : trace_(trace),
      measured_(preset.uses_unfiltered ? trace.unfiltered(eye) : trace.fec(eye)),
      frame_interval_s_(trace.frame_interval_s()) {
  smoothed_.reserve(trace.time_s().size());
  for (const Clip& clip : trace.clips()) {
    const std::span<const double> fec = values_in(trace.fec(eye), clip.kept);
    const std::vector<double> part =
        std::isnan(preset.low_pass_hz)
            ? moving_mean(values_in(trace.time_s(), clip.kept), fec, preset.smoothing_s)
            : low_pass(fec, preset.low_pass_hz * frame_interval_s_);
    smoothed_.insert(smoothed_.end(), part.begin(), part.end());
  }
}

EyeTrace SessionEye::around(const StimulusTimes& times) const {
  const SampleRange kept = trace_.clip_of(times).kept;
  const std::span<const std::uint8_t> interpolated = trace_.interpolated();
  return {values_in(trace_.time_s(), kept),
          values_in(measured_, kept),
          values_in(smoothed_, kept),
          kept.is_empty() ? std::span<const std::uint8_t>()
                          : interpolated.subspan(kept.first, kept.last - kept.first),
          frame_interval_s_};
}

}  // namespace eyelid::conditioning
