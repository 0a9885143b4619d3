// SPDX-License-Identifier: MIT
#include "eyelid/closure/closure_analysis.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <optional>
#include <utility>

#include "eyelid/closure/blink_finder.hpp"
#include "eyelid/closure/ear_levels.hpp"
#include "eyelid/closure/eye_conditioner.hpp"
#include "eyelid/closure/frame_interval.hpp"
#include "eyelid/closure/rest_level.hpp"
#include "eyelid/core/error.hpp"

namespace eyelid::closure {
namespace {

constexpr std::array<Eye, 2> kEyes{Eye::Right, Eye::Left};
constexpr float kLevelDisagreement = 0.15f;  // of the range of the file, before the user is warned

std::size_t index_of(Eye eye) { return eye == Eye::Right ? 0 : 1; }
std::string name_of(Eye eye) { return eye == Eye::Right ? "right" : "left"; }

// EAR of one eye as far as it can be believed.
float measured_ear(const ClosureInput& record, Eye eye) {
  const float ear = eye == Eye::Right ? record.ear_right : record.ear_left;
  return record.is_trustworthy && ear >= 0.0f && ear <= kLargestEar ? ear : kNotAvailable;
}

bool is_measured(const ClosureInput& record) {
  return std::isfinite(measured_ear(record, Eye::Right)) ||
         std::isfinite(measured_ear(record, Eye::Left));
}

// First pass: counts, rate, open levels.
struct Survey {
  std::array<OpenLevelFinder, 2> open;
  std::int64_t frames = 0;
  std::int64_t valid_frames = 0;
  std::int64_t face_lost_intervals = 0;
  double first_s = 0.0;
  double last_s = 0.0;
  double frame_interval_s = 0.0;
};

Survey survey(TraceReader& trace) {
  Survey result;
  FrameIntervalMeter meter;
  ClosureInput record;
  bool was_measured = true;
  trace.rewind();
  while (trace.next(record)) {
    if (!std::isfinite(record.time_s) || (result.frames > 0 && record.time_s <= result.last_s)) {
      throw InputError("frame " + std::to_string(record.frame) + ": time " +
                       std::to_string(record.time_s) + " s follows " +
                       std::to_string(result.last_s) + " s; times must be finite and increase");
    }
    if (result.frames == 0) result.first_s = record.time_s;
    if (result.frames > 0) meter.add(record.time_s - result.last_s);
    result.last_s = record.time_s;
    ++result.frames;
    for (const Eye eye : kEyes) result.open[index_of(eye)].add(measured_ear(record, eye));
    result.valid_frames += is_measured(record);
    result.face_lost_intervals += was_measured && !is_measured(record);
    was_measured = is_measured(record);
  }
  result.frame_interval_s = meter.median_s();
  return result;
}

// One pass of one eye's conditioned trace, as FEC by the given levels.
using FecSink = std::function<void(const FecPoint&, bool starts_segment)>;

void for_each_fec(TraceReader& trace,
                  const ConditionerOptions& options,
                  Eye eye,
                  const EyeLevels& levels,
                  const FecSink& sink) {
  std::deque<std::int64_t> frames;
  EyeConditioner conditioner(options, [&](const ConditionedValue& value) {
    sink({frames.front(), value.time_s, fec_of(value.value, levels)}, value.starts_segment);
    frames.pop_front();
  });
  ClosureInput record;
  trace.rewind();
  while (trace.next(record)) {
    frames.push_back(record.frame);
    conditioner.push(record.time_s, measured_ear(record, eye));
  }
  conditioner.finish();
}

float rest_noise(TraceReader& trace,
                 const ConditionerOptions& options,
                 Eye eye,
                 const EyeLevels& levels) {
  RestNoise noise;
  for_each_fec(trace, options, eye, levels, [&](const FecPoint& point, bool starts_segment) {
    if (starts_segment || !std::isfinite(point.fec)) noise.end_segment();
    if (std::isfinite(point.fec)) noise.add(point.time_s, point.fec);
  });
  return noise.deviation();
}

// What the recording itself says about one eye.
struct EyeFindings {
  std::optional<float> open_ear;
  std::optional<float> closed_ear;  // from full closures
  float rest_noise_ear = 0.0f;      // standard deviation of the filtered EAR at rest
};

EyeFindings examine_eye(TraceReader& trace,
                        const ConditionerOptions& options,
                        Eye eye,
                        const Survey& surveyed) {
  EyeFindings findings;
  findings.open_ear = surveyed.open[index_of(eye)].open_ear();
  if (!findings.open_ear) return findings;
  const EyeLevels provisional{*findings.open_ear, kPopulationClosedRatio * *findings.open_ear};
  const float range = provisional.open_ear - provisional.closed_ear;
  const float noise = rest_noise(trace, options, eye, provisional);
  findings.rest_noise_ear = noise * range;
  ClosedLevelFinder closed;
  BlinkFinder finder({eye, smallest_amplitude(noise), surveyed.frame_interval_s},
                     [&](const Blink&, float floor_fec) { closed.add(floor_fec); });
  for_each_fec(trace, options, eye, provisional, [&](const FecPoint& point, bool starts_segment) {
    finder.push(point, starts_segment);
  });
  finder.finish();
  if (const auto closed_fec = closed.closed_fec()) {
    findings.closed_ear = std::max(0.0f, provisional.open_ear - *closed_fec * range);
  }
  return findings;
}

EyeLevels& levels_of(Calibration& calibration, Eye eye) {
  return eye == Eye::Right ? calibration.right : calibration.left;
}

const EyeLevels& levels_of(const Calibration& calibration, Eye eye) {
  return eye == Eye::Right ? calibration.right : calibration.left;
}

std::string& reason_of(ClosureSummary& summary, Eye eye) {
  return eye == Eye::Right ? summary.no_fec_reason_right : summary.no_fec_reason_left;
}

std::string rounded(float value) {
  const std::string text = std::to_string(value);
  return text.substr(0, text.find('.') + 4);
}

std::string why_no_open_level(const OpenLevelFinder& open, Eye eye) {
  if (open.count() < kFewestMeasurements) {
    return "the " + name_of(eye) + " eye was measured in " + std::to_string(open.count()) +
           " frames; its open level needs at least " + std::to_string(kFewestMeasurements) +
           " (or a calibration file)";
  }
  return "the " + name_of(eye) + " eye was never seen open (eye aspect ratio above " +
         rounded(kSmallestOpenEar) + "); a calibration file is needed";
}

// Levels of the recording; the closed one of an eye that never shut comes from the other eye's
// ratio or, failing that, from the population.
void calibrate(const Survey& surveyed,
               const std::array<EyeFindings, 2>& findings,
               ClosureSummary& summary) {
  for (const Eye eye : kEyes) {
    const EyeFindings& own = findings[index_of(eye)];
    const EyeFindings& other = findings[1 - index_of(eye)];
    EyeLevels& levels = levels_of(summary.calibration, eye);
    if (!own.open_ear) {
      reason_of(summary, eye) = why_no_open_level(surveyed.open[index_of(eye)], eye);
      continue;
    }
    levels.open_ear = *own.open_ear;
    if (own.closed_ear) {
      levels.closed_ear = *own.closed_ear;
    } else if (other.open_ear && other.closed_ear) {
      levels.closed_ear = *own.open_ear * *other.closed_ear / *other.open_ear;
      summary.warnings.push_back("no full closure of the " + name_of(eye) +
                                 " eye was seen: its closed level follows the other eye's");
    } else {
      levels.closed_ear = kPopulationClosedRatio * *own.open_ear;
      summary.calibration.closed_source = LevelSource::Population;
      summary.warnings.push_back(
          "no full closure of the " + name_of(eye) + " eye was seen: its closed level is " +
          rounded(kPopulationClosedRatio) + " of the open one, as in most people");
    }
  }
}

void compare_with_file(Eye eye,
                       const char* what,
                       std::optional<float> measured,
                       float stored,
                       float range,
                       ClosureSummary& summary) {
  if (!measured || std::abs(*measured - stored) <= kLevelDisagreement * range) return;
  summary.warnings.push_back("the " + name_of(eye) + " eye's " + what + " level is " +
                             rounded(*measured) + " in this recording but " + rounded(stored) +
                             " in the calibration file: check glasses, camera and subject");
}

void use_file(const Calibration& file,
              const std::array<EyeFindings, 2>& findings,
              ClosureSummary& summary) {
  summary.calibration = file;
  summary.calibration.open_source = LevelSource::File;
  summary.calibration.closed_source = LevelSource::File;
  for (const Eye eye : kEyes) {
    const EyeLevels& levels = levels_of(file, eye);
    if (!are_usable(levels)) {
      reason_of(summary, eye) = "the calibration file holds no levels of the " + name_of(eye) +
                                " eye that are at least 0.02 apart";
      levels_of(summary.calibration, eye) = {};
      continue;
    }
    const EyeFindings& own = findings[index_of(eye)];
    const float range = levels.open_ear - levels.closed_ear;
    compare_with_file(eye, "open", own.open_ear, levels.open_ear, range, summary);
    compare_with_file(eye, "closed", own.closed_ear, levels.closed_ear, range, summary);
  }
}

// Last pass: joins the eyes to rows, finds the blinks, delivers both.
class Delivery {
 public:
  Delivery(const ConditionerOptions& options,
           ClosureSummary& summary,
           const std::function<void(const EyelidSample&)>& on_sample,
           const std::function<void(const Blink&)>& on_blink)
      : summary_(summary),
        on_sample_(on_sample),
        on_blink_(on_blink),
        eyes_{make_eye(options, Eye::Right, summary.noise_right),
              make_eye(options, Eye::Left, summary.noise_left)} {}
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;

  void push(const ClosureInput& record) {
    records_.push_back(record);
    for (EyeState& eye : eyes_) {
      const bool has_levels = are_usable(levels_of(summary_.calibration, eye.eye));
      eye.conditioner.push(record.time_s,
                           has_levels ? measured_ear(record, eye.eye) : kNotAvailable);
    }
    deliver_rows();
  }

  void finish() {
    for (EyeState& eye : eyes_) eye.conditioner.finish();
    deliver_rows();
    for (EyeState& eye : eyes_) eye.finder.finish();
    deliver_blinks(HUGE_VAL);
  }

 private:
  struct EyeState {
    Eye eye;
    EyeConditioner conditioner;
    std::deque<ConditionedValue>& ready;
    BlinkFinder finder;
  };

  EyeState make_eye(const ConditionerOptions& options, Eye eye, float noise) {
    std::deque<ConditionedValue>& ready = ready_[index_of(eye)];
    const float smallest = smallest_amplitude(std::isfinite(noise) ? noise : 0.0f);
    return {eye,
            EyeConditioner(options, [&ready](const ConditionedValue& v) { ready.push_back(v); }),
            ready,
            BlinkFinder({eye, smallest, summary_.frame_interval_s},
                        [this](const Blink& blink, float) { blinks_.push_back(blink); })};
  }

  void deliver_rows() {
    while (!ready_[0].empty() && !ready_[1].empty()) {
      const ClosureInput record = records_.front();
      records_.pop_front();
      EyelidSample sample;
      sample.frame = record.frame;
      sample.time_s = record.time_s;
      sample.is_valid = is_measured(record);
      sample.face_score = record.face_score;
      sample.face_box = record.face_box;
      sample.ear_right = measured_ear(record, Eye::Right);
      sample.ear_left = measured_ear(record, Eye::Left);
      sample.fec_right = take(eyes_[0], sample);
      sample.fec_left = take(eyes_[1], sample);
      sample.fec = mean_of_valid(sample.fec_right, sample.fec_left);
      summary_.interpolated_frames += sample.is_interpolated;
      on_sample_(sample);
      deliver_blinks(
          std::min(eyes_[0].finder.earliest_onset_s(), eyes_[1].finder.earliest_onset_s()));
    }
  }

  static float mean_of_valid(float right, float left) {
    if (!std::isfinite(right)) return left;
    return std::isfinite(left) ? 0.5f * (right + left) : right;
  }

  // FEC of the eye in this row; its blink finder sees it too.
  float take(EyeState& eye, EyelidSample& sample) {
    const ConditionedValue value = eye.ready.front();
    eye.ready.pop_front();
    const float fec = fec_of(value.value, levels_of(summary_.calibration, eye.eye));
    eye.finder.push({sample.frame, sample.time_s, fec}, value.starts_segment);
    sample.is_interpolated = sample.is_interpolated || value.is_interpolated;
    return fec;
  }

  // Those no later one can come before.
  void deliver_blinks(double earliest_onset_s) {
    if (blinks_.empty()) return;
    std::sort(blinks_.begin(), blinks_.end(), [](const Blink& a, const Blink& b) {
      return std::pair(a.onset_s, a.eye) < std::pair(b.onset_s, b.eye);
    });
    auto end = blinks_.begin();
    for (; end != blinks_.end() && end->onset_s < earliest_onset_s; ++end) {
      (end->eye == Eye::Right ? summary_.blinks_right : summary_.blinks_left) += 1;
      on_blink_(*end);
    }
    blinks_.erase(blinks_.begin(), end);
  }

  ClosureSummary& summary_;
  const std::function<void(const EyelidSample&)>& on_sample_;
  const std::function<void(const Blink&)>& on_blink_;
  std::deque<ClosureInput> records_;  // rows the conditioners still hold
  std::array<std::deque<ConditionedValue>, 2> ready_;
  std::vector<Blink> blinks_;  // found, waiting for their turn
  std::array<EyeState, 2> eyes_;
};

float noise_in_fec(const EyeFindings& findings, const EyeLevels& levels) {
  if (!findings.open_ear || !are_usable(levels)) return kNotAvailable;
  return findings.rest_noise_ear / (levels.open_ear - levels.closed_ear);
}

}  // namespace

ClosureSummary analyze_closure(TraceReader& trace,
                               const ClosureOptions& options,
                               const std::function<void(const EyelidSample&)>& on_sample,
                               const std::function<void(const Blink&)>& on_blink) {
  const Survey surveyed = survey(trace);
  ClosureSummary summary;
  summary.frames = surveyed.frames;
  summary.valid_frames = surveyed.valid_frames;
  summary.face_lost_intervals = surveyed.face_lost_intervals;
  summary.duration_s = surveyed.last_s - surveyed.first_s;
  summary.frame_interval_s = surveyed.frame_interval_s;

  const ConditionerOptions conditioning{longest_bridge_s(surveyed.frame_interval_s),
                                        options.filter_half_span_s};
  std::array<EyeFindings, 2> findings;
  for (const Eye eye : kEyes) {
    findings[index_of(eye)] = examine_eye(trace, conditioning, eye, surveyed);
  }
  if (options.calibration) {
    use_file(*options.calibration, findings, summary);
  } else {
    calibrate(surveyed, findings, summary);
  }
  summary.noise_right = noise_in_fec(findings[0], summary.calibration.right);
  summary.noise_left = noise_in_fec(findings[1], summary.calibration.left);

  Delivery delivery(conditioning, summary, on_sample, on_blink);
  ClosureInput record;
  trace.rewind();
  while (trace.next(record)) delivery.push(record);
  delivery.finish();
  return summary;
}

}  // namespace eyelid::closure
