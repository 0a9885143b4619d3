// SPDX-License-Identifier: MIT
#include "eyelid/closure/closure_analysis.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>

#include "eyelid/closure/binocular_blink_finder.hpp"
#include "eyelid/closure/ear_levels.hpp"
#include "eyelid/closure/fec_rows.hpp"
#include "eyelid/closure/frame_interval.hpp"
#include "eyelid/closure/level_warnings.hpp"
#include "eyelid/closure/recording_levels.hpp"
#include "eyelid/closure/trace_noise.hpp"

namespace eyelid::closure {
namespace {

// Last pass: delivers the rows, finds the blinks among them.
class Delivery {
 public:
  Delivery(const ClosureNoise& noise,
           ClosureSummary& summary,
           const std::function<void(const EyelidSample&)>& on_sample,
           const std::function<void(const Blink&)>& on_blink)
      : summary_(summary),
        on_sample_(on_sample),
        finder_({noise, summary.frame_interval_s}, [this, &on_blink](const Blink& blink) {
          ++summary_.blinks[blink.eye];
          cut_blinks_ += blink.is_cut;
          on_blink(blink);
        }) {}

  void push(const FecRow& row) {
    const ClosureInput& record = row.record;
    if (record.clip != clip_) finder_.finish();
    clip_ = record.clip;
    EyelidSample sample;
    sample.frame = record.frame;
    sample.time_s = record.time_s;
    sample.is_valid = is_measured(record);
    sample.is_suspect = record.is_suspect;
    sample.clip = record.clip;
    sample.face_score = record.face_score;
    sample.face_box = record.face_box;
    for (const Eye eye : kEyes) {
      sample.ear[eye] = measured_ear(record, eye);
      ranges_[eye].add(record.time_s, row.fec[eye]);
    }
    sample.fec = row.fec;
    sample.is_interpolated = row.is_interpolated;
    sample.mean_fec = mean_of_valid(sample.fec);
    summary_.interpolated_frames += sample.is_interpolated;
    on_sample_(sample);
    finder_.push({sample.frame, sample.time_s, sample.fec, sample.clip, sample.face_box},
                 row.starts_segment);
  }

  void finish() { finder_.finish(); }

  std::int64_t cut_blinks() const { return cut_blinks_; }
  const FecRangeWatch& range(Eye eye) const { return ranges_[eye]; }

 private:
  ClosureSummary& summary_;
  const std::function<void(const EyelidSample&)>& on_sample_;
  std::int32_t clip_ = 1;
  BinocularBlinkFinder finder_;
  std::int64_t cut_blinks_ = 0;
  PerEye<FecRangeWatch> ranges_;
};

void read_rows(TraceSpool& trace,
               const SmootherOptions& smoothing,
               const ClosureSummary& summary,
               const FecRows::Sink& sink) {
  FecRows rows(smoothing, summary.calibration.levels, sink);
  ClosureInput record;
  trace.rewind();
  while (trace.next(record)) rows.push(record);
  rows.finish();
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

  ClosureNoiseMeter meter;
  read_rows(trace, smoothing, summary, [&meter](const FecRow& row) {
    meter.add(row.record.time_s, row.fec, row.starts_segment);
  });
  const ClosureNoise noise = meter.noise();
  for (const Eye eye : kEyes) {
    if (noise.deviation[eye] == 0.0f) continue;  // never seen
    summary.noise[eye] = noise.deviation[eye];
    warn_of_noise(summary.noise[eye], eye, summary);
  }
  std::ranges::move(level_warnings(summary.calibration), std::back_inserter(summary.warnings));

  Delivery delivery(noise, summary, on_sample, on_blink);
  read_rows(trace, smoothing, summary, [&delivery](const FecRow& row) { delivery.push(row); });
  delivery.finish();
  for (const Eye eye : kEyes) {
    std::ranges::move(delivery.range(eye).warnings(eye, summary.frame_interval_s),
                      std::back_inserter(summary.warnings));
  }
  warn_of_cut_blinks(delivery.cut_blinks(), summary);
  return summary;
}

}  // namespace eyelid::closure
