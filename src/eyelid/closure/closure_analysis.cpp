// SPDX-License-Identifier: MIT
#include "eyelid/closure/closure_analysis.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <iterator>
#include <string>

#include "eyelid/closure/binocular_blink_finder.hpp"
#include "eyelid/closure/ear_levels.hpp"
#include "eyelid/closure/ear_smoother.hpp"
#include "eyelid/closure/frame_interval.hpp"
#include "eyelid/closure/level_warnings.hpp"
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
        finder_({{known(summary.noise.right), known(summary.noise.left)}, summary.frame_interval_s},
                [this](const Blink& blink) {
                  ++summary_.blinks[blink.eye];
                  cut_blinks_ += blink.is_cut;
                  on_blink_(blink);
                }) {}
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;

  void push(const ClosureInput& record) {
    if (record.clip != clip_) end_clip();
    clip_ = record.clip;
    records_.push_back(record);
    for (const Eye eye : kEyes) {
      const bool has_levels = are_usable(summary_.calibration.levels[eye]);
      eyes_[eye].push(record.time_s, has_levels ? measured_ear(record, eye) : kNotAvailable);
    }
    deliver_rows();
  }

  void finish() { end_clip(); }

  std::int64_t cut_blinks() const { return cut_blinks_; }
  const FecRangeWatch& range(Eye eye) const { return ranges_[eye]; }

 private:
  static float known(float noise) { return std::isfinite(noise) ? noise : 0.0f; }

  // What follows continues nothing.
  void end_clip() {
    for (const Eye eye : kEyes) eyes_[eye].finish();
    deliver_rows();
    finder_.finish();
  }

  EarSmoother make_eye(const SmootherOptions& options, Eye eye) {
    return {options, [this, eye](const SmoothedValue& v) { ready_[eye].push_back(v); }};
  }

  void deliver_rows() {
    while (!ready_.right.empty() && !ready_.left.empty()) {
      const ClosureInput record = records_.front();
      records_.pop_front();
      EyelidSample sample;
      sample.frame = record.frame;
      sample.time_s = record.time_s;
      sample.is_valid = is_measured(record);
      sample.is_suspect = record.is_suspect;
      sample.clip = record.clip;
      sample.face_score = record.face_score;
      sample.face_box = record.face_box;
      PerEye<bool> starts_segment;
      for (const Eye eye : kEyes) {
        const SmoothedValue value = ready_[eye].front();
        ready_[eye].pop_front();
        sample.ear[eye] = measured_ear(record, eye);
        sample.fec[eye] = fec_of(value.value, summary_.calibration.levels[eye]);
        ranges_[eye].add(sample.time_s, sample.fec[eye]);
        sample.is_interpolated = sample.is_interpolated || value.is_interpolated;
        starts_segment[eye] = value.starts_segment;
      }
      sample.mean_fec = mean_of_valid(sample.fec);
      summary_.interpolated_frames += sample.is_interpolated;
      on_sample_(sample);
      finder_.push({sample.frame, sample.time_s, sample.fec}, starts_segment);
    }
  }

  ClosureSummary& summary_;
  const std::function<void(const EyelidSample&)>& on_sample_;
  const std::function<void(const Blink&)>& on_blink_;
  std::int32_t clip_ = 1;
  std::deque<ClosureInput> records_;  // rows the smoothers still hold
  PerEye<std::deque<SmoothedValue>> ready_;
  PerEye<EarSmoother> eyes_;
  BinocularBlinkFinder finder_;
  std::int64_t cut_blinks_ = 0;
  PerEye<FecRangeWatch> ranges_;
};

float noise_in_fec(const EyeBlinks& findings, const EyeLevels& levels) {
  if (!findings.open || !are_usable(levels)) return kNotAvailable;
  return findings.rest_noise_ear / (levels.open_ear - levels.closed_ear);
}

void warn_of_noise(float noise, Eye eye, ClosureSummary& summary) {
  if (!(noise > kPoorNoise)) return;
  const std::string percent = std::to_string(std::lround(100.0f * noise));
  summary.warnings.push_back("FEC noise of the " + std::string(name_of(eye)) + " eye at rest is " +
                             percent +
                             " % of full closure: the eye is too small, blurred or hidden for its "
                             "partial blinks to be reliable");
}

void warn_of_cut_blinks(std::int64_t cut, ClosureSummary& summary) {
  if (cut == 0) return;
  summary.warnings.push_back(
      (cut == 1 ? std::string("1 blink is") : std::to_string(cut) + " blinks (each eye's) are") +
      " cut by a gap or by an end of the recording (is_cut in blinks.csv): times, durations, and "
      "amplitudes are of what was seen");
}

}  // namespace

ClosureSummary analyze_closure(TraceSpool& trace,
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

  const SmootherOptions smoothing{max_bridge_s(surveyed.frame_interval_s),
                                  options.filter_half_span_s};
  PerEye<EyeBlinks> findings;
  for (const Eye eye : kEyes) {
    findings[eye] = examine_eye(trace, smoothing, eye, surveyed);
  }
  if (options.calibration) {
    calibrate_from_file(*options.calibration, findings, summary);
  } else {
    calibrate_from_recording(surveyed, findings, summary);
  }
  for (const Eye eye : kEyes) {
    summary.noise[eye] = noise_in_fec(findings[eye], summary.calibration.levels[eye]);
    warn_of_noise(summary.noise[eye], eye, summary);
  }
  std::ranges::move(level_warnings(summary.calibration), std::back_inserter(summary.warnings));

  Delivery delivery(smoothing, summary, on_sample, on_blink);
  ClosureInput record;
  trace.rewind();
  while (trace.next(record)) delivery.push(record);
  delivery.finish();
  for (const Eye eye : kEyes) {
    std::ranges::move(delivery.range(eye).warnings(eye, summary.frame_interval_s),
                      std::back_inserter(summary.warnings));
  }
  warn_of_cut_blinks(delivery.cut_blinks(), summary);
  return summary;
}

}  // namespace eyelid::closure
