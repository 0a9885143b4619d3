// SPDX-License-Identifier: MIT
#include "eyelid/closure/blink_finder.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "eyelid/core/exponential.hpp"

namespace eyelid::closure {
namespace {

constexpr float kEdgeFraction = 0.1f;  // of the amplitude: onset and offset
constexpr float kHalf = 0.5f;
constexpr float kFloorFraction = 0.05f;  // of the amplitude: as good as the peak
constexpr double kOnsetSearch_s = 0.5;
constexpr double kShortestRest_s = 0.05;
constexpr double kShortestHalfWidth_s = 0.030;
constexpr double kStill_s = 0.010;                 // within kFloorFraction of the peak
constexpr double kShortestCutHalfWidth_s = 0.010;  // as far as seen
constexpr float kReopened = 0.3f;                  // of the amplitude: enough to have been a blink
constexpr float kClearValley = 1.0f / 3;           // of the amplitude, of a closed eye at most
constexpr float kShallowestValley = 0.1f;
constexpr float kProgress = 0.1f;            // of the amplitude
constexpr double kLongestPause_s = 0.15;     // in a rise: as long as a lid takes to close
constexpr double kSettled_s = 0.3;           // after reopening
constexpr double kSettledBeforeCut_s = 0.1;  // enough for its offset, not for a whole blink
constexpr double kHeld_s = 1.0;              // partly closed without reopening
constexpr double kBlindBlink_s = 0.3;        // gap that an eye shut on both sides has been shut in
constexpr float kShutAtFirstSight = 0.5f;
constexpr double kStampRounding_s = 0.001;  // of Matroska: 9 frames at 30/s may be 0.2999 s
constexpr float kShutMargin = 0.1f;         // noise on a closed lid
constexpr std::size_t kMaxPoints = 4096;    // of history, of rise: 2 s at 2000 frames/s
constexpr float kLevelStep = 0.01f;         // of Event::counts, which begin at kMinLevel
constexpr float kMinLevel = -0.56f;

std::size_t level_index(float fec) {
  const float steps = (fec - kMinLevel) / kLevelStep;
  return static_cast<std::size_t>(std::clamp(steps, 0.0f, 255.0f));
}

double crossing_s(const FecPoint& before, const FecPoint& after, float level) {
  const double rise = static_cast<double>(after.fec) - before.fec;
  const double fraction = rise == 0.0 ? 0.0 : (static_cast<double>(level) - before.fec) / rise;
  return before.time_s + std::clamp(fraction, 0.0, 1.0) * (after.time_s - before.time_s);
}

float to_ms(double seconds) { return static_cast<float>(1000.0 * seconds); }

}  // namespace

float min_amplitude(float noise) {
  const float most = std::max(kMaxAmplitudeThreshold, kMaxAmplitudeThresholdInNoise * noise);
  return std::clamp(kMinAmplitudeInNoise * noise, kMinAmplitude, most);
}

float min_shared_amplitude(float noise) {
  const float most = std::max(kMaxAmplitudeThreshold, kMaxAmplitudeThresholdInNoise * noise);
  return std::clamp(kMinSharedAmplitudeInNoise * noise, kMinAmplitude, most);
}

float min_valley(float noise, double frame_interval_s) {
  const double frames = std::max(3.0, kShut_s / std::max(frame_interval_s, 1e-6));
  const double deviations = 2.0 * std::sqrt(2.0 * logarithm(frames));  // of their extremes
  return std::max(kShallowestValley, static_cast<float>(deviations) * noise);
}

BlinkFinder::BlinkFinder(const Options& options, Sink sink)
    : options_(options), sink_(std::move(sink)) {}

void BlinkFinder::push(const FecPoint& point, bool starts_segment) {
  if (!std::isfinite(point.fec)) {
    end_segment();
    if (cut_event_ && point.time_s - last_.time_s > kBlindBlink_s) give_up_cut_event();
    return;
  }
  if (starts_segment) end_segment();
  const bool is_first = recent_.empty();
  remember(point);
  const bool begins_shut = is_first && begin_segment(point);
  if (event_ && !begins_shut) {
    follow_event(point);
  } else if (!event_) {
    rest(point);
  }
  last_ = point;
}

void BlinkFinder::finish() {
  end_segment();
  if (cut_event_) give_up_cut_event();
}

double BlinkFinder::earliest_onset_s() const {
  if (event_) return event_->rise.front().time_s;
  if (cut_event_) return cut_event_->rise.front().time_s;
  return recent_.empty() ? HUGE_VAL : recent_.front().time_s;
}

void BlinkFinder::end_segment() {
  if (event_) {
    event_->is_peak_at_cut = event_->is_peak_at_cut || event_->peak.frame == last_.frame;
    cut_event_ = std::move(event_);
  }
  event_.reset();
  recent_.clear();
  rest_level_.clear();
  has_full_history_ = false;
}

// True when the point is the first of an event.
bool BlinkFinder::begin_segment(const FecPoint& point) {
  if (cut_event_) {
    const float peak = std::max(cut_event_->peak.fec, point.fec);
    const float half = cut_event_->base + kHalf * (peak - cut_event_->base);
    if (std::min(last_.fec, point.fec) > half && point.time_s - last_.time_s <= kBlindBlink_s) {
      event_ = std::move(cut_event_);
      event_->is_cut = true;
      event_->half_down.reset();
      forget_valley(*event_, point);
      cut_event_.reset();
      return false;
    }
    give_up_cut_event();
  }
  if (point.fec < kShutAtFirstSight) return false;
  begin_cut_event(point);
  return true;
}

// Its onset was not seen.
void BlinkFinder::begin_cut_event(const FecPoint& point) {
  Event event;
  event.is_cut = true;
  event.is_peak_at_cut = true;
  event.rise = {point};
  event.peak = event.low = event.progress = point;
  event.last_shut_s = point.time_s;
  ++event.counts[level_index(point.fec)];
  event_ = std::move(event);
}

// Nothing more was seen of it.
void BlinkFinder::give_up_cut_event() {
  event_ = std::move(cut_event_);
  cut_event_.reset();
  event_->is_cut = true;
  const FecPoint& progress = event_->progress;
  const bool is_settled =
      has_reopened() && last_.time_s - progress.time_s >= kSettledBeforeCut_s - kStampRounding_s;
  const FecPoint& offset = is_settled ? progress : last_;
  complete({offset.frame, offset.time_s});
  event_.reset();
}

void BlinkFinder::remember(const FecPoint& point) {
  recent_.push_back(point);
  while (recent_.size() > 2 &&
         (recent_.size() > kMaxPoints || point.time_s - recent_.front().time_s > kOnsetSearch_s)) {
    recent_.pop_front();
    has_full_history_ = true;
  }
}

void BlinkFinder::rest(const FecPoint& point) {
  if (!rest_level_.empty()) {
    // Just after a blink the lid may still be above its rest: only a rise from there counts.
    lowest_since_blink_ = std::min(lowest_since_blink_, point.fec);
    const float level = std::max(rest_level_.median(), lowest_since_blink_);
    if (point.fec - level >= options_.min_amplitude &&
        rest_level_.seen_s(point.time_s) >= kShortestRest_s) {
      begin_event(point, level, std::max(recent_.front().frame, rest_from_frame_));
      return;
    }
    // An eye that opens this much further was not at rest before. One frame may be wrong.
    const float wider = std::max(point.fec, recent_.size() > 1 ? last_.fec : point.fec);
    if (level - wider >= options_.min_amplitude) rest_level_.clear();
  }
  rest_level_.add(point.time_s, point.fec);
}

void BlinkFinder::begin_event(const FecPoint& point, float rest_level, std::int64_t from_frame) {
  Event event;
  event.rest = event.base = rest_level;
  std::copy_if(
      recent_.begin(), recent_.end(), std::back_inserter(event.rise), [&](const FecPoint& p) {
        return p.frame >= from_frame;
      });
  event.has_full_history = has_full_history_ || from_frame > recent_.front().frame;
  event.peak = event.low = event.progress = point;
  event.last_shut_s = point.time_s;
  ++event.counts[level_index(point.fec)];
  event_ = std::move(event);
}

void BlinkFinder::follow_event(const FecPoint& point) {
  Event& event = *event_;
  // After a gap that the eye was shut in: the last point before it.
  const FecPoint before = recent_.size() > 1 ? recent_[recent_.size() - 2] : last_;
  if (point.fec <= event.peak.fec && !event.last_rise) find_last_rise(event);
  if (event.rise.size() < 2 * kMaxPoints) event.rise.push_back(point);
  ++event.counts[level_index(point.fec)];
  if (point.fec >= kFullClosure - kShutMargin) event.last_shut_s = point.time_s;

  if (is_reclosing(event, point)) {
    // The valley between ends this blink and the next one begins there.
    const FecPoint valley = event.low;
    const float rest_level = event.rest;
    const bool had_stopped = point.time_s - event.progress.time_s >= kLongestPause_s;
    const FecPoint& offset = had_stopped ? event.progress : valley;
    complete({offset.frame, offset.time_s});
    begin_event(point, rest_level, valley.frame);
    return;
  }
  if (point.fec > event.peak.fec) {
    event.peak = point;
    event.is_peak_at_cut = recent_.size() == 1;
    event.half_down.reset();
    event.last_rise.reset();
    forget_valley(event, point);
    return;
  }
  if (point.fec < event.low.fec) event.low = point;
  if (point.fec <= event.progress.fec - kProgress * event.amplitude()) event.progress = point;
  if (point.fec < event.peak.fec - kHalf * clear_valley(event)) {
    if (event.valley_points++ == 0) event.valley_begin_s = point.time_s;
    event.valley_end_s = point.time_s;
  }

  const float half = event.base + kHalf * event.amplitude();
  if (before.fec > half && point.fec <= half) {
    event.half_down = Crossing{before.frame, crossing_s(before, point, half)};
  }
  const float edge = event.base + kEdgeFraction * event.amplitude();
  if (point.fec <= edge) {
    complete({before.frame, crossing_s(before, point, edge)});
    return_to_rest(point.time_s);
  } else if (has_settled(point)) {
    return_to_rest(event.progress.time_s);
  }
}

// The last rise to the peak, whose points end `rise`, and the level that it began from.
void BlinkFinder::find_last_rise(Event& event) const {
  const std::vector<FecPoint>& rise = event.rise;
  const float amplitude = event.peak.fec - event.rest;
  const float half = event.rest + kHalf * amplitude;
  // Two points below half, as one may be wrong; the first point of all has none before it.
  std::size_t below = rise.size() - 1;
  while (below > 0 && !(rise[below].fec < half && rise[below - 1].fec < half)) --below;
  event.last_rise = rise[below].fec < half ? below + 1 : below;
  event.base = event.rest;

  const float step = kProgress * amplitude;
  const float reversal = std::max(options_.min_valley, step);
  std::size_t foot = below;  // the last step of the lid, back in time
  std::size_t first = below;
  while (first > 0) {
    const FecPoint& point = rise[first - 1];
    if (rise[foot].time_s - point.time_s > kLongestPause_s) break;  // it stood still before
    if (point.fec >= rise[foot].fec + reversal) break;              // it was still opening
    --first;
    if (point.fec <= rise[foot].fec - step) foot = first;
  }
  std::vector<float> levels;
  for (std::size_t i = first; i <= foot; ++i) levels.push_back(rise[i].fec);
  const auto middle = levels.begin() + static_cast<std::ptrdiff_t>((levels.size() - 1) / 2);
  std::nth_element(levels.begin(), middle, levels.end());
  if (*middle > event.rest + step && *middle < half) event.base = *middle;
}

// Enough to have ended a blink, and to begin another.
float BlinkFinder::clear_valley(const Event& event) const {
  return std::max(options_.min_valley, kClearValley * std::min(event.amplitude(), 1.0f));
}

// True when the point closes an eye that has clearly reopened.
bool BlinkFinder::is_reclosing(Event& event, const FecPoint& point) const {
  const float valley = clear_valley(event);
  if (std::min(event.peak.fec, point.fec) - event.low.fec < valley) return false;
  if (event.valley_points >= 2 && event.valley_end_s - event.valley_begin_s >= kStill_s)
    return true;
  forget_valley(event, point);  // one frame may be wrong
  return false;
}

void BlinkFinder::forget_valley(Event& event, const FecPoint& point) {
  event.low = event.progress = point;
  event.valley_points = 0;
}

// True when the lid has stopped moving above the offset level; completes the blink if it was one.
bool BlinkFinder::has_settled(const FecPoint& point) {
  Event& event = *event_;
  const bool was_full = event.peak.fec >= kFullClosure;
  if (was_full && event.last_shut_s > event.progress.time_s)
    event.progress.time_s = event.last_shut_s;
  const double still_s = point.time_s - event.progress.time_s;
  if (has_reopened() && still_s >= kSettled_s - kStampRounding_s) {
    complete({event.progress.frame, event.progress.time_s});
  } else if (still_s < kHeld_s) {
    return false;
  }
  rest_level_.clear();
  return true;
}

bool BlinkFinder::has_reopened() const {
  return event_->peak.fec - event_->low.fec >=
         std::max(options_.min_amplitude, kReopened * event_->amplitude());
}

// The latest points, from this time on, are rest again.
void BlinkFinder::return_to_rest(double from_s) {
  lowest_since_blink_ = recent_.back().fec;
  rest_from_frame_ = recent_.back().frame;
  event_.reset();
  rest_level_.skip_to(from_s);
  for (const FecPoint& point : recent_) {
    if (point.time_s < from_s) continue;
    rest_from_frame_ = std::min(rest_from_frame_, point.frame);
    rest_level_.add(point.time_s, point.fec);
  }
}

void BlinkFinder::complete(const Crossing& offset) {
  if (!event_->last_rise) find_last_rise(*event_);
  const Event& event = *event_;
  if (event.amplitude() < options_.min_amplitude) return;
  const std::vector<FecPoint>& rise = event.rise;
  const float edge = event.base + kEdgeFraction * event.amplitude();
  const float half = event.base + kHalf * event.amplitude();

  auto half_up = std::find_if(rise.begin() + static_cast<std::ptrdiff_t>(*event.last_rise),
                              rise.end(),
                              [half](const FecPoint& point) { return point.fec >= half; });
  if (half_up == rise.end()) --half_up;  // rose over longer than what is kept
  auto above = half_up;
  while (above != rise.begin() && std::prev(above)->fec > edge) --above;
  const bool is_onset_seen = above != rise.begin() || event.has_full_history;

  Blink blink;
  blink.eye = options_.eye;
  blink.onset_frame = above->frame;
  blink.onset_s =
      above == rise.begin() ? above->time_s : crossing_s(*std::prev(above), *above, edge);
  blink.peak_frame = event.peak.frame;
  blink.peak_s = event.peak.time_s;
  blink.offset_frame = offset.frame;
  blink.offset_s = offset.time_s;
  blink.amplitude = event.amplitude();
  blink.peak_fec = event.peak.fec;
  blink.kind = blink.peak_fec >= kFullClosure ? BlinkKind::Full : BlinkKind::Partial;
  blink.closing_ms = to_ms(blink.peak_s - blink.onset_s);
  blink.opening_ms = to_ms(blink.offset_s - blink.peak_s);
  const double half_up_s =
      half_up == rise.begin() ? half_up->time_s : crossing_s(*std::prev(half_up), *half_up, half);
  const double half_down_s = event.half_down ? event.half_down->time_s : blink.offset_s;
  const double half_width_s = half_down_s - half_up_s;
  blink.half_width_ms = to_ms(half_width_s);
  blink.is_cut = event.is_cut || !is_onset_seen;
  if (half_width_s < (blink.is_cut ? kShortestCutHalfWidth_s : kShortestHalfWidth_s)) return;
  if (blink.kind == BlinkKind::Partial && half_width_s >= kHeld_s) return;
  sink_(blink, floor_of(event));
}

float BlinkFinder::floor_of(const Event& event) {
  double sum = 0.0;
  double count = 0.0;
  for (std::size_t i = level_index(event.peak.fec - kFloorFraction * event.amplitude());
       i <= level_index(event.peak.fec);
       ++i) {
    const double middle = kMinLevel + kLevelStep * (static_cast<float>(i) + 0.5f);
    sum += middle * event.counts[i];
    count += event.counts[i];
  }
  return is_bottom_seen(event) ? static_cast<float>(sum / count) : kNotAvailable;
}

// Seen on both sides of the peak, or still beside the cut: else how far the lid went is not known.
bool BlinkFinder::is_bottom_seen(const Event& event) {
  if (!event.is_peak_at_cut) return true;
  const float floor = event.peak.fec - kFloorFraction * event.amplitude();
  const auto is_down = [floor](const FecPoint& p) { return p.fec >= floor; };
  const auto first = std::ranges::find_if(event.rise, is_down);
  const auto last = std::find_if(event.rise.rbegin(), event.rise.rend(), is_down);
  return last != event.rise.rend() && last->time_s - first->time_s >= kStill_s;
}

}  // namespace eyelid::closure
