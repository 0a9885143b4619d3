// SPDX-License-Identifier: MIT
#include "eyelid/closure/binocular_blink_finder.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "eyelid/closure/frame_interval.hpp"

namespace eyelid::closure {
namespace {

constexpr float kPartlyClosed = 0.15f;      // the weaker eye of two: not only back from wide open
constexpr double kRowMemory_s = 4.0;        // of what both eyes did around a blink
constexpr std::size_t kMaxRows = 8192;      // of it: 2000 frames/s
constexpr double kBefore_s = 0.15;          // level of the other eye before an onset
constexpr double kRestBefore_s = 0.3;       // of the eye itself, before a sudden closure
constexpr double kHeadStep_s = 1.0 / 30.0;  // over which the speed of a head is measured
constexpr float kShortestHalfWidth_ms = 25.0f;  // of blinks: whatever the rate, less is a slip
constexpr float kLongestHalfWidth_ms = 300.0f;  // of blinks, which last up to 400 ms
constexpr float kGazeClosure = 0.5f;            // lids follow the gaze down (Becker & Fuchs 1988)

}  // namespace

BinocularBlinkFinder::BinocularBlinkFinder(const Options& options, Sink sink)
    : options_(options),
      sink_(std::move(sink)),
      finders_{make_finder(Eye::Right), make_finder(Eye::Left)} {}

BlinkFinder BinocularBlinkFinder::make_finder(Eye eye) {
  const float noise = options_.noise.deviation[eye];
  return {{eye, min_shared_amplitude(noise), min_valley(noise, options_.frame_interval_s)},
          [this](const Blink& blink, float) { add_candidate(blink); }};
}

void BinocularBlinkFinder::add_candidate(const Blink& blink) {
  Candidate candidate;
  candidate.blink = blink;
  const Eye other_eye = other(blink.eye);
  candidate.other_at_peak = median_of(other_eye, blink.peak_s, blink.peak_s);
  const float before = median_of(other_eye, blink.onset_s - kBefore_s, blink.onset_s);
  if (std::isfinite(before)) candidate.other_before = before;
  for (std::size_t i = 0; i < recent_.size(); ++i) {
    const RecentRow& row = recent_[i];
    if (row.time_s < blink.onset_s) candidate.is_onset_seen = std::isfinite(row.fec[blink.eye]);
    if (row.time_s < blink.onset_s && row.time_s >= blink.onset_s - kRestBefore_s) {
      candidate.highest_before = std::fmax(candidate.highest_before, row.fec[blink.eye]);
    }
    if (row.time_s == blink.peak_s) candidate.is_head_seen = std::isfinite(row.face_box.width);
    // From the frame before on: an onset lies between two frames.
    if (row.time_s < blink.onset_s - options_.frame_interval_s || row.time_s > blink.peak_s) {
      continue;
    }
    candidate.head_speed_per_s = std::max(candidate.head_speed_per_s, head_speed_per_s(i));
  }
  candidates_.push_back(candidate);
}

// Of two steps in a row, the slower, and no more than what they lead to: boxes of a detector jump
// by what its pyramid is stepped, and boxes that landmarks carry differ from detected ones.
double BinocularBlinkFinder::head_speed_per_s(std::size_t row) const {
  const double step_s = std::max(kHeadStep_s, options_.frame_interval_s);
  const RecentRow& now = recent_[row];
  const auto row_at = [&](double time_s) {
    const auto is_before = [](const RecentRow& r, double t) { return r.time_s < t; };
    constexpr double kSlack_s = 1e-3;  // of times that are rounded
    return std::lower_bound(recent_.begin(), recent_.end(), time_s - kSlack_s, is_before);
  };
  const auto before = row_at(now.time_s - step_s), after = row_at(now.time_s + step_s);
  if (after == recent_.end()) return 0.0;  // not seen so far
  const Point a = before->face_box.center(), b = now.face_box.center();
  const Point c = after->face_box.center();
  const float step = std::min({distance(a, b), distance(b, c), 0.5f * distance(a, c)});
  const double longer_s = std::max(now.time_s - before->time_s, after->time_s - now.time_s);
  const bool is_seen = std::isfinite(step) && longer_s > 0.5 * step_s && longer_s < 2.0 * step_s;
  return is_seen ? static_cast<double>(step / now.face_box.width) / longer_s : 0.0;
}

float BinocularBlinkFinder::median_of(Eye eye, double begin_s, double end_s) const {
  std::vector<float> values;
  for (const RecentRow& row : recent_) {
    const bool is_inside = row.time_s >= begin_s && row.time_s <= end_s;
    if (is_inside && std::isfinite(row.fec[eye])) values.push_back(row.fec[eye]);
  }
  if (values.empty()) return kNotAvailable;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

void BinocularBlinkFinder::push(const ClosureRow& row, const PerEye<bool>& starts_segment) {
  remember(row);
  for (const Eye eye : kEyes) {
    finders_[eye].push({row.frame, row.time_s, row.fec[eye]}, starts_segment[eye]);
  }
  if (!candidates_.empty()) deliver();
}

void BinocularBlinkFinder::finish() {
  for (const Eye eye : kEyes) finders_[eye].finish();
  deliver();  // a finished finder expects no further blink: nothing stays waiting
  recent_.clear();
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
    const Verdict verdict = verdict_on(candidate);
    if (verdict == Verdict::Waiting) break;
    candidate.is_settled = true;
    if (verdict == Verdict::Accepted) sink_(candidate.blink);
  }
  // The settled stay as long as a blink to come may be at the same time.
  std::erase_if(candidates_, [&](const Candidate& candidate) {
    return candidate.is_settled && candidate.blink.offset_s + nearness_s() < earliest_onset_s;
  });
}

BinocularBlinkFinder::Verdict BinocularBlinkFinder::verdict_on(const Candidate& candidate) const {
  const Blink& blink = candidate.blink;
  if (is_gaze(candidate)) return Verdict::Rejected;
  const bool is_confirmed =
      std::any_of(candidates_.begin(), candidates_.end(), [&](const Candidate& other) {
        return other.blink.eye != blink.eye && confirm(candidate, other);
      });
  if (is_confirmed || is_confirmed_by_trace(candidate) || stands_alone(candidate)) {
    return Verdict::Accepted;
  }
  const BlinkFinder& other_finder = finders_[other(blink.eye)];
  const bool may_be_confirmed = other_finder.earliest_onset_s() <= blink.offset_s + nearness_s();
  return may_be_confirmed ? Verdict::Waiting : Verdict::Rejected;
}

double BinocularBlinkFinder::nearness_s() const {
  return std::max(kSimultaneous_s, 1.5 * options_.frame_interval_s);
}

bool BinocularBlinkFinder::is_strong(const Blink& blink) const {
  return blink.amplitude >= min_amplitude(options_.noise.deviation[blink.eye]);
}

// Both closed, by more than a moving picture is blurred.
bool BinocularBlinkFinder::are_closed(const Candidate& candidate, float other_fec) const {
  const auto moved = static_cast<float>(candidate.head_speed_per_s * options_.frame_interval_s);
  const float blur = candidate.head_speed_per_s > kFastHead_per_s ? moved / kOpening : 0.0f;
  return 0.5f * (candidate.blink.peak_fec + other_fec) >=
         std::clamp(blur, kMinAmplitude, kFullClosure);
}

// What is too little by itself: the other eye must be sure, and the sum of both far from noise.
bool BinocularBlinkFinder::is_weak_closure(const Candidate& strong,
                                           float other_amplitude,
                                           float other_fec) const {
  return options_.noise.deviation[strong.blink.eye] <= kPoorNoise && other_fec >= kPartlyClosed &&
         0.5f * (strong.blink.amplitude + other_amplitude) >=
             min_amplitude(options_.noise.tail_of_mean);
}

bool BinocularBlinkFinder::confirm(const Candidate& a, const Candidate& b) const {
  if (!are_simultaneous(a, b) || !are_closed(a, b.blink.peak_fec)) return false;
  if (is_strong(a.blink) && is_strong(b.blink)) return true;
  const bool is_a_stronger = a.blink.amplitude >= b.blink.amplitude;
  const Candidate& strong = is_a_stronger ? a : b;
  const Blink& weak = is_a_stronger ? b.blink : a.blink;
  return is_half_way(strong, weak) && is_weak_closure(strong, weak.amplitude, weak.peak_fec);
}

// The other eye closes too, in what is no blink of its own: its noise goes on beside it.
bool BinocularBlinkFinder::is_confirmed_by_trace(const Candidate& candidate) const {
  const float other_amplitude = candidate.other_at_peak - candidate.other_before;
  const float other_noise = options_.noise.deviation[other(candidate.blink.eye)];
  if (!is_strong(candidate.blink) || !are_closed(candidate, candidate.other_at_peak)) return false;
  return other_amplitude >= min_amplitude(other_noise) ||
         (other_amplitude >= min_shared_amplitude(other_noise) &&
          is_weak_closure(candidate, other_amplitude, candidate.other_at_peak));
}

bool BinocularBlinkFinder::stands_alone(const Candidate& candidate) const {
  const Blink& blink = candidate.blink;
  // A reflection that jumps on a lens is far above the noise: a poor eye alone is not believed.
  if (options_.noise.deviation[blink.eye] > kPoorNoise || blink.peak_fec < kMinAmplitude) {
    return false;
  }
  // What was seen at its height only is a blink if it was shut; a closing that was not seen to end
  // may have become anything.
  if (!candidate.is_onset_seen && blink.kind == BlinkKind::Partial) return false;
  const bool is_unfinished = blink.is_cut && blink.peak_frame == blink.offset_frame;
  if (is_unfinished && blink.amplitude < kMaxAmplitudeThreshold) return false;

  const bool is_other_clear = is_other_eye_clear(candidate);
  if (is_other_clear && candidate.head_speed_per_s > kFastHead_per_s) return false;
  const double half_width_in_frames =
      static_cast<double>(blink.half_width_ms) / (1000.0 * options_.frame_interval_s);
  double least_frames = is_unfinished ? 0.0 : kUnconfirmedHalfWidthInFrames;
  if (is_other_clear) least_frames = is_sudden(candidate) ? 0.0 : kLoneHalfWidthInFrames;
  const bool is_held = half_width_in_frames >= kHeldHalfWidthInFrames;
  const float noise = options_.noise.tail[blink.eye];
  const bool is_full = blink.kind == BlinkKind::Full;
  const bool is_squint =
      blink.amplitude >= kMaxAmplitudeThreshold && blink.half_width_ms > kLongestHalfWidth_ms;
  const float deviations = is_squint ? kMinAmplitudeInNoise : kLoneAmplitudeInNoise;
  const float least = is_full && (!is_other_clear || is_held)
                          ? min_amplitude(noise)
                          : std::max(kMinAmplitude, deviations * noise);
  return blink.amplitude >= least && half_width_in_frames >= least_frames;
}

// Of an eye at rest, in a head that is seen: what crosses a lens disturbs the eye before it hides
// it, and landmarks that slip do so several times in a row.
bool BinocularBlinkFinder::is_sudden(const Candidate& candidate) {
  const Blink& blink = candidate.blink;
  const float base = blink.peak_fec - blink.amplitude;
  return candidate.is_head_seen && !blink.is_cut && blink.half_width_ms >= kShortestHalfWidth_ms &&
         blink.amplitude >= kMaxAmplitudeThreshold &&
         candidate.highest_before - base < kMinAmplitude;
}

// Longer than blinks last, and no eye more closed than by looking down.
bool BinocularBlinkFinder::is_gaze(const Candidate& candidate) {
  return candidate.blink.half_width_ms > kLongestHalfWidth_ms &&
         candidate.blink.peak_fec < kGazeClosure && !(candidate.other_at_peak >= kGazeClosure);
}

bool BinocularBlinkFinder::is_other_eye_clear(const Candidate& candidate) const {
  return options_.noise.deviation[other(candidate.blink.eye)] <= kPoorNoise &&
         std::isfinite(candidate.other_at_peak);
}

void BinocularBlinkFinder::remember(const ClosureRow& row) {
  recent_.push_back({row.time_s, row.fec, row.face_box});
  while (recent_.size() > kMaxRows || row.time_s - recent_.front().time_s > kRowMemory_s) {
    recent_.pop_front();
  }
}

bool BinocularBlinkFinder::are_simultaneous(const Candidate& a, const Candidate& b) const {
  if (std::abs(a.blink.peak_s - b.blink.peak_s) <= nearness_s()) return true;
  // Only a part was seen of a cut one.
  if ((a.blink.is_cut && is_half_way(a, b.blink)) || (b.blink.is_cut && is_half_way(b, a.blink))) {
    return true;
  }
  const double overlap_s =
      std::min(a.blink.offset_s, b.blink.offset_s) - std::max(a.blink.onset_s, b.blink.onset_s);
  const double longer_s =
      std::max(a.blink.offset_s - a.blink.onset_s, b.blink.offset_s - b.blink.onset_s);
  return overlap_s >= 0.5 * longer_s;
}

// The peak of one finds the other half way or more.
bool BinocularBlinkFinder::is_half_way(const Candidate& at, const Blink& other) {
  return at.blink.peak_s >= other.onset_s && at.blink.peak_s <= other.offset_s &&
         at.other_at_peak >= other.peak_fec - 0.5f * other.amplitude;
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
  ClosureNoiseMeter noise;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    const bool starts = starts_segment(i);
    noise.add(trace[i].time_s, trace[i].fec, {starts, starts});
  }
  options.noise = noise.noise();
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
