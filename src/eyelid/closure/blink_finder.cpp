// SPDX-License-Identifier: MIT
#include "eyelid/closure/blink_finder.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

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
constexpr float kProgress = 0.1f;                  // of the amplitude
constexpr double kSettled_s = 0.3;                 // after reopening
constexpr double kSettledBeforeCut_s = 0.1;        // enough for its offset, not for a whole blink
constexpr double kHeld_s = 1.0;                    // partly closed without reopening
constexpr double kBlindBlink_s = 0.3;  // gap that an eye shut on both sides has been shut in
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

float min_amplitude(float rest_noise) {
  const float most = std::max(kMaxAmplitudeThreshold, kMaxAmplitudeThresholdInNoise * rest_noise);
  return std::clamp(kMinAmplitudeInNoise * rest_noise, kMinAmplitude, most);
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
    const float half = cut_event_->rest + kHalf * cut_event_->amplitude();
    if (std::min(last_.fec, point.fec) > half && point.time_s - last_.time_s <= kBlindBlink_s) {
      event_ = std::move(cut_event_);
      event_->is_cut = true;
      event_->half_down.reset();
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
  const float reopened = event_->peak.fec - event_->low.fec;
  if (reopened >= options_.min_amplitude || event_->amplitude() >= kMaxAmplitudeThreshold) {
    complete({offset.frame, offset.time_s});
  }
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
    if (point.fec - level >= options_.min_amplitude && rest_level_.span_s() >= kShortestRest_s) {
      begin_event(point, level, recent_.front().frame);
      return;
    }
    // An eye that opens this much further was not at rest before.
    if (level - point.fec >= options_.min_amplitude) rest_level_.clear();
  }
  rest_level_.add(point.time_s, point.fec);
}

void BlinkFinder::begin_event(const FecPoint& point, float rest_level, std::int64_t from_frame) {
  Event event;
  event.rest = rest_level;
  std::copy_if(
      recent_.begin(), recent_.end(), std::back_inserter(event.rise), [&](const FecPoint& p) {
        return p.frame >= from_frame;
      });
  event.entered = event.rise.size() - 1;
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
  if (event.rise.size() < 2 * kMaxPoints) event.rise.push_back(point);
  ++event.counts[level_index(point.fec)];
  if (point.fec >= kFullClosure - kShutMargin) event.last_shut_s = point.time_s;

  if (point.fec > event.peak.fec) {
    event.peak = event.low = event.progress = point;
    event.is_peak_at_cut = recent_.size() == 1;
    event.half_down.reset();
    return;
  }
  if (point.fec < event.low.fec) event.low = point;
  if (point.fec <= event.progress.fec - kProgress * event.amplitude()) event.progress = point;

  const float half = event.rest + kHalf * event.amplitude();
  if (before.fec > half && point.fec <= half) {
    event.half_down = Crossing{before.frame, crossing_s(before, point, half)};
  }
  const float edge = event.rest + kEdgeFraction * event.amplitude();
  if (point.fec <= edge) {
    complete({before.frame, crossing_s(before, point, edge)});
    return_to_rest(point);
  } else if (event.low.fec < half && point.fec - event.low.fec >= options_.min_amplitude) {
    // Closing again: the valley between ends this blink and the next one begins there.
    const FecPoint valley = event.low;
    complete({valley.frame, valley.time_s});
    begin_event(point, event.rest, valley.frame);
  } else if (has_settled(point)) {
    return_to_rest(point);
  }
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

void BlinkFinder::return_to_rest(const FecPoint& point) {
  lowest_since_blink_ = point.fec;
  event_.reset();
  rest_level_.skip_to(point.time_s);
  rest_level_.add(point.time_s, point.fec);
}

void BlinkFinder::complete(const Crossing& offset) {
  const Event& event = *event_;
  const std::vector<FecPoint>& rise = event.rise;
  const float edge = event.rest + kEdgeFraction * event.amplitude();
  const float half = event.rest + kHalf * event.amplitude();

  // The entering point lies above the edge: an amplitude is never ten times the smallest.
  auto above = rise.begin() + static_cast<std::ptrdiff_t>(event.entered);
  while (above != rise.begin() && std::prev(above)->fec > edge) --above;
  const bool is_onset_seen = above != rise.begin() || event.has_full_history;
  if (!is_onset_seen && event.peak.fec < kFullClosure) return;
  auto half_up = std::find_if(above, rise.end(), [&](const FecPoint& p) { return p.fec >= half; });
  if (half_up == rise.end()) --half_up;  // rose over longer than what is kept

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
