// SPDX-License-Identifier: MIT
#include "eyelid/closure/closure_analysis.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <string>
#include <utility>

#include "eyelid/closure/binocular_blink_finder.hpp"
#include "eyelid/closure/ear_levels.hpp"
#include "eyelid/closure/ear_smoother.hpp"
#include "eyelid/closure/frame_interval.hpp"
#include "eyelid/closure/recording_levels.hpp"

namespace eyelid::closure {
namespace {

// Last pass: joins the eyes to rows, finds the blinks, delivers both.
class Delivery {
 public:
  Delivery(const SmootherOptions& options,
           ClosureSummary& summary,
           const std::function<void(const EyelidSample&)>& on_sample,
           const std::function<void(const Blink&)>& on_blink)
      : summary_(summary),
        on_sample_(on_sample),
        on_blink_(on_blink),
        eyes_{make_eye(options, Eye::Right), make_eye(options, Eye::Left)},
        finder_({{known(summary.noise_right), known(summary.noise_left)}, summary.frame_interval_s},
                [this](const Blink& blink) { deliver_blink(blink); }) {}
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;

  void push(const ClosureInput& record) {
    records_.push_back(record);
    for (EyeState& eye : eyes_) {
      const bool has_levels = are_usable(levels_of(summary_.calibration, eye.eye));
      eye.smoother.push(record.time_s, has_levels ? measured_ear(record, eye.eye) : kNotAvailable);
    }
    deliver_rows();
  }

  void finish() {
    for (EyeState& eye : eyes_) eye.smoother.finish();
    deliver_rows();
    finder_.finish();
  }

 private:
  struct EyeState {
    Eye eye;
    EarSmoother smoother;
    std::deque<SmoothedValue>& ready;
  };

  static float known(float noise) { return std::isfinite(noise) ? noise : 0.0f; }

  EyeState make_eye(const SmootherOptions& options, Eye eye) {
    std::deque<SmoothedValue>& ready = ready_[index_of(eye)];
    return {
        eye, EarSmoother(options, [&ready](const SmoothedValue& v) { ready.push_back(v); }), ready};
  }

  void deliver_rows() {
    while (!ready_[0].empty() && !ready_[1].empty()) {
      const ClosureInput record = records_.front();
      records_.pop_front();
      EyelidSample sample;
      sample.frame = record.frame;
      sample.time_s = record.time_s;
      sample.is_valid = is_measured(record);
      sample.is_suspect = record.is_suspect;
      sample.face_score = record.face_score;
      sample.face_box = record.face_box;
      sample.ear_right = measured_ear(record, Eye::Right);
      sample.ear_left = measured_ear(record, Eye::Left);
      const SmoothedValue right = take(eyes_[0]);
      const SmoothedValue left = take(eyes_[1]);
      sample.fec_right = right.value;
      sample.fec_left = left.value;
      sample.fec = mean_of_valid(right.value, left.value);
      sample.is_interpolated = right.is_interpolated || left.is_interpolated;
      summary_.interpolated_frames += sample.is_interpolated;
      on_sample_(sample);
      finder_.push({sample.frame, sample.time_s, sample.fec_right, sample.fec_left},
                   right.starts_segment,
                   left.starts_segment);
    }
  }

  static float mean_of_valid(float right, float left) {
    if (!std::isfinite(right)) return left;
    return std::isfinite(left) ? 0.5f * (right + left) : right;
  }

  // The eye's next value, as FEC.
  SmoothedValue take(EyeState& eye) {
    SmoothedValue value = eye.ready.front();
    eye.ready.pop_front();
    value.value = fec_of(value.value, levels_of(summary_.calibration, eye.eye));
    return value;
  }

  void deliver_blink(const Blink& blink) {
    (blink.eye == Eye::Right ? summary_.blinks_right : summary_.blinks_left) += 1;
    on_blink_(blink);
  }

  ClosureSummary& summary_;
  const std::function<void(const EyelidSample&)>& on_sample_;
  const std::function<void(const Blink&)>& on_blink_;
  std::deque<ClosureInput> records_;  // rows the smoothers still hold
  std::array<std::deque<SmoothedValue>, 2> ready_;
  std::array<EyeState, 2> eyes_;
  BinocularBlinkFinder finder_;
};

float noise_in_fec(const EyeBlinks& findings, const EyeLevels& levels) {
  if (!findings.open_ear || !are_usable(levels)) return kNotAvailable;
  return findings.rest_noise_ear / (levels.open_ear - levels.closed_ear);
}

void warn_of_noise(float noise, const std::string& eye, ClosureSummary& summary) {
  if (!(noise > kPoorNoise)) return;
  const std::string percent = std::to_string(std::lround(100.0f * noise));
  summary.warnings.push_back(
      "FEC of the " + eye + " eye trembles by " + percent +
      " % of full closure at rest: the eye is too small, blurred or hidden " +
      "to trust its partial blinks");
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

  const SmootherOptions conditioning{max_bridge_s(surveyed.frame_interval_s),
                                     options.filter_half_span_s};
  std::array<EyeBlinks, 2> findings;
  for (const Eye eye : kEyes) {
    findings[index_of(eye)] = examine_eye(trace, conditioning, eye, surveyed);
  }
  if (options.calibration) {
    calibrate_from_file(*options.calibration, findings, summary);
  } else {
    calibrate_from_recording(surveyed, findings, summary);
  }
  summary.noise_right = noise_in_fec(findings[0], summary.calibration.right);
  summary.noise_left = noise_in_fec(findings[1], summary.calibration.left);

  warn_of_noise(summary.noise_right, "right", summary);
  warn_of_noise(summary.noise_left, "left", summary);

  Delivery delivery(conditioning, summary, on_sample, on_blink);
  ClosureInput record;
  trace.rewind();
  while (trace.next(record)) delivery.push(record);
  delivery.finish();
  return summary;
}

}  // namespace eyelid::closure
