// SPDX-License-Identifier: MIT
#include "eyelid/closure/binocular_blink_finder.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "eyelid/closure/frame_interval.hpp"
#include "eyelid/closure/rest_level.hpp"

namespace eyelid::closure {

BinocularBlinkFinder::BinocularBlinkFinder(const Options& options, Sink sink)
    : options_(options),
      sink_(std::move(sink)),
      finders_{BlinkFinder({Eye::Right, min_amplitude(options.rest_noise.right)},
                           [this](const Blink& blink, float) { add_candidate(blink); }),
               BlinkFinder({Eye::Left, min_amplitude(options.rest_noise.left)},
                           [this](const Blink& blink, float) { add_candidate(blink); })} {}

void BinocularBlinkFinder::add_candidate(const Blink& blink) {
  if (blink.peak_fec >= kMinAmplitude) candidates_.push_back({blink, false});
}

void BinocularBlinkFinder::push(const ClosureRow& row, const PerEye<bool>& starts_segment) {
  for (const Eye eye : kEyes) {
    if (std::isfinite(row.fec[eye])) last_seen_s_[eye] = row.time_s;
    finders_[eye].push({row.frame, row.time_s, row.fec[eye]}, starts_segment[eye]);
  }
  if (!candidates_.empty()) deliver();
}

void BinocularBlinkFinder::finish() {
  for (const Eye eye : kEyes) finders_[eye].finish();
  deliver();  // a finished finder expects no further blink: nothing stays waiting
}

void BinocularBlinkFinder::deliver() {
  std::sort(candidates_.begin(), candidates_.end(), [](const Candidate& a, const Candidate& b) {
    return std::tie(a.blink.onset_s, a.blink.eye) < std::tie(b.blink.onset_s, b.blink.eye);
  });
  const double earliest_onset_s =
      std::min(finders_.right.earliest_onset_s(), finders_.left.earliest_onset_s());
  for (Candidate& candidate : candidates_) {
    if (candidate.is_settled) continue;
    if (candidate.blink.onset_s >= earliest_onset_s) break;
    const Verdict verdict = verdict_on(candidate.blink);
    if (verdict == Verdict::Waiting) break;
    candidate.is_settled = true;
    if (verdict == Verdict::Accepted) sink_(candidate.blink);
  }
  // The settled stay as long as a blink to come may be at the same time.
  std::erase_if(candidates_, [&](const Candidate& candidate) {
    return candidate.is_settled && candidate.blink.offset_s + nearness_s() < earliest_onset_s;
  });
}

BinocularBlinkFinder::Verdict BinocularBlinkFinder::verdict_on(const Blink& blink) const {
  const bool is_confirmed =
      std::any_of(candidates_.begin(), candidates_.end(), [&](const Candidate& other) {
        return other.blink.eye != blink.eye && are_simultaneous(other.blink, blink);
      });
  if (is_confirmed || stands_alone(blink)) return Verdict::Accepted;
  const BlinkFinder& other_finder = finders_[other(blink.eye)];
  const bool may_be_confirmed = other_finder.earliest_onset_s() <= blink.offset_s + nearness_s();
  return may_be_confirmed ? Verdict::Waiting : Verdict::Rejected;
}

double BinocularBlinkFinder::nearness_s() const {
  return std::max(kSimultaneous_s, 1.5 * options_.frame_interval_s);
}

bool BinocularBlinkFinder::stands_alone(const Blink& blink) const {
  const float noise = options_.rest_noise[blink.eye];
  const bool is_other_clear = is_other_eye_clear(blink);
  const double half_width_in_frames =
      static_cast<double>(blink.half_width_ms) / (1000.0 * options_.frame_interval_s);
  const bool is_held = half_width_in_frames >= kHeldHalfWidthInFrames;
  const float deviations = blink.kind == BlinkKind::Full && (!is_other_clear || is_held)
                               ? kMinAmplitudeInNoise
                               : kLoneAmplitudeInNoise;
  // A reflection that jumps on a lens is far above the noise: a poor eye alone is not believed.
  return noise <= kPoorNoise && blink.amplitude >= deviations * noise &&
         half_width_in_frames >=
             (is_other_clear ? kLoneHalfWidthInFrames : kUnconfirmedHalfWidthInFrames);
}

bool BinocularBlinkFinder::is_other_eye_clear(const Blink& blink) const {
  const Eye other_eye = other(blink.eye);
  return options_.rest_noise[other_eye] <= kPoorNoise && last_seen_s_[other_eye] >= blink.onset_s;
}

bool BinocularBlinkFinder::are_simultaneous(const Blink& a, const Blink& b) const {
  if (std::abs(a.peak_s - b.peak_s) <= nearness_s()) return true;
  const double overlap_s = std::min(a.offset_s, b.offset_s) - std::max(a.onset_s, b.onset_s);
  const double longer_s = std::max(a.offset_s - a.onset_s, b.offset_s - b.onset_s);
  return overlap_s >= 0.5 * longer_s;
}

std::vector<Blink> find_blinks(std::span<const ClosureRow> trace) {
  FrameIntervalMeter meter;
  for (const ClosureRow& row : trace) meter.add_time(row.frame, row.time_s);
  BinocularBlinkFinder::Options options;
  options.frame_interval_s = meter.median_s();
  const double bridge_s = max_bridge_s(options.frame_interval_s);
  const auto starts_segment = [&](std::size_t i) {
    return i == 0 || trace[i].clip != trace[i - 1].clip ||
           trace[i].time_s - trace[i - 1].time_s > bridge_s;
  };
  for (const Eye eye : kEyes) {
    RestNoise noise;
    for (std::size_t i = 0; i < trace.size(); ++i) {
      const float fec = trace[i].fec[eye];
      if (starts_segment(i) || !std::isfinite(fec)) noise.end_segment();
      if (std::isfinite(fec)) noise.add(trace[i].time_s, fec);
    }
    options.rest_noise[eye] = noise.deviation();
  }
  std::vector<Blink> blinks;
  BinocularBlinkFinder finder(options, [&](const Blink& blink) { blinks.push_back(blink); });
  for (std::size_t i = 0; i < trace.size(); ++i) {
    if (i > 0 && trace[i].clip != trace[i - 1].clip) finder.finish();
    finder.push(trace[i], {starts_segment(i), starts_segment(i)});
  }
  finder.finish();
  return blinks;
}

}  // namespace eyelid::closure
