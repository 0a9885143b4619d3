// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/eye_trace.hpp"

namespace eyelid::conditioning {

SessionEye::SessionEye(const SessionTrace& trace, ScoredEye eye, double smoothing_s)
    : trace_(trace), eye_(eye), frame_interval_s_(trace.frame_interval_s()) {
  smoothed_.reserve(trace.time_s().size());
  for (const Clip& clip : trace.clips()) {
    const std::vector<double> part = moving_mean(
        values_in(trace.time_s(), clip.kept), values_in(trace.fec(eye), clip.kept), smoothing_s);
    smoothed_.insert(smoothed_.end(), part.begin(), part.end());
  }
}

EyeTrace SessionEye::around(const StimulusTimes& times) const {
  const SampleRange kept = trace_.clip_of(times).kept;
  const std::span<const std::uint8_t> interpolated = trace_.interpolated();
  return {values_in(trace_.time_s(), kept),
          values_in(trace_.fec(eye_), kept),
          values_in(smoothed_, kept),
          kept.is_empty() ? std::span<const std::uint8_t>()
                          : interpolated.subspan(kept.first, kept.last - kept.first),
          frame_interval_s_};
}

}  // namespace eyelid::conditioning
