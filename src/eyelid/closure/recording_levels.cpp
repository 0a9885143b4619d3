// SPDX-License-Identifier: MIT
#include "eyelid/closure/recording_levels.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <functional>
#include <string>

#include "eyelid/closure/binocular_blink_finder.hpp"
#include "eyelid/closure/frame_interval.hpp"
#include "eyelid/closure/still_lid.hpp"

namespace eyelid::closure {
namespace {

constexpr float kLevelDisagreement = 0.15f;  // of the range of the file, before the user is warned

// One pass of one eye's smoothed trace, as FEC by the given levels.
using FecSink = std::function<void(const FecPoint&, bool starts_segment)>;

void for_each_fec(TraceSpool& trace,
                  const SmootherOptions& options,
                  Eye eye,
                  const EyeLevels& levels,
                  const FecSink& sink,
                  const std::function<void()>& on_clip_end) {
  std::deque<std::int64_t> frames;
  EarSmoother smoother(options, [&](const SmoothedValue& value) {
    sink({frames.front(), value.time_s, fec_of(value.value, levels)}, value.starts_segment);
    frames.pop_front();
  });
  ClosureInput record;
  std::int32_t clip = 1;
  trace.rewind();
  while (trace.next(record)) {
    if (record.clip != clip) {
      smoother.finish();
      on_clip_end();
    }
    clip = record.clip;
    frames.push_back(record.frame);
    smoother.push(record.time_s, measured_ear(record, eye));
  }
  smoother.finish();
  on_clip_end();
}

std::string rounded(float value) {
  const std::string text = std::to_string(value);
  return text.substr(0, text.find('.') + 4);
}

std::string why_no_open_level(const OpenLevelFinder& open, Eye eye) {
  if (open.count() < kMinMeasurements) {
    return "the " + std::string(name_of(eye)) + " eye was measured in " +
           std::to_string(open.count()) + " frames; at least " + std::to_string(kMinMeasurements) +
           " are needed to find its open level, or a calibration file";
  }
  return "the " + std::string(name_of(eye)) + " eye was never seen open (eye aspect ratio above " +
         rounded(kMinOpenEar) + "); a calibration file is needed";
}

void compare_with_file(Eye eye,
                       const char* what,
                       float measured,
                       float stored,
                       const EyeLevels& levels,
                       ClosureSummary& summary) {
  const float range = levels.open_ear - levels.closed_ear;
  if (std::abs(measured - stored) <= kLevelDisagreement * range) return;
  summary.warnings.push_back("the " + std::string(name_of(eye)) + " eye's " + what + " level is " +
                             rounded(measured) + " in this recording but " + rounded(stored) +
                             " in the calibration file: check glasses, camera and subject");
}

}  // namespace

float measured_ear(const ClosureInput& record, Eye eye) {
  const float ear = record.ear[eye];
  return record.is_trustworthy && ear >= 0.0f && ear <= kMaxEar ? ear : kNotAvailable;
}

bool is_measured(const ClosureInput& record) {
  return std::isfinite(measured_ear(record, Eye::Right)) ||
         std::isfinite(measured_ear(record, Eye::Left));
}

Survey survey(TraceSpool& trace) {
  Survey result;
  FrameIntervalMeter meter;
  ClosureInput record;
  bool was_measured = true;
  trace.rewind();
  while (trace.next(record)) {
    meter.add_time(record.frame, record.time_s);
    if (result.frames == 0) result.first_s = record.time_s;
    result.last_s = record.time_s;
    ++result.frames;
    for (const Eye eye : kEyes) result.open[eye].add(measured_ear(record, eye));
    result.valid_frames += is_measured(record);
    result.face_lost_intervals += was_measured && !is_measured(record);
    was_measured = is_measured(record);
  }
  result.frame_interval_s = meter.median_s();
  return result;
}

EyeBlinks examine_eye(TraceSpool& trace,
                      const SmootherOptions& options,
                      Eye eye,
                      const Survey& surveyed) {
  EyeBlinks findings;
  findings.open = surveyed.open[eye].level();
  if (!findings.open) return findings;
  const float open_ear = findings.open->ear;
  const EyeLevels provisional{open_ear, kPopulationClosedRatio * open_ear};
  const float range = provisional.open_ear - provisional.closed_ear;
  StillLid still;
  // Only deep blinks matter here, so the noise need not be known yet to tell them from it.
  BlinkFinder finder({eye, kMaxAmplitudeThreshold}, [&](const Blink& blink, float floor_fec) {
    // One frame may be wrong, and a blink seen in one frame only was hardly seen shut.
    const double frames = blink.half_width_ms / (1000.0 * surveyed.frame_interval_s);
    const float ratio = std::max(0.0f, 1.0f - floor_fec * range / open_ear);
    const bool is_held = still.deepest() >= floor_fec - kHeldWithin;
    still.forget();
    if (std::isfinite(floor_fec) && frames >= kUnconfirmedHalfWidthInFrames &&
        ratio <= kMaxClosedRatio && findings.closures.size() < kMaxDeepClosures) {
      const double half_width_s = 0.001 * static_cast<double>(blink.half_width_ms);
      findings.closures.push_back({blink.onset_s, blink.offset_s, half_width_s, ratio, is_held});
    }
  });
  for_each_fec(
      trace,
      options,
      eye,
      provisional,
      [&](const FecPoint& point, bool starts_segment) {
        still.push(point, starts_segment);
        finder.push(point, starts_segment);
      },
      [&] { finder.finish(); });
  return findings;
}

void calibrate_from_recording(const Survey& surveyed,
                              const PerEye<EyeBlinks>& findings,
                              ClosureSummary& summary) {
  Calibration& calibration = summary.calibration;
  const PerEye<ClosedRatio> closed =
      closed_ratios({findings.right.closures, findings.left.closures});
  for (const Eye eye : kEyes) {
    LevelOrigin& open_origin = calibration.open_origin[eye];
    LevelOrigin& closed_origin = calibration.closed_origin[eye];
    if (!findings[eye].open) {
      summary.no_fec_reason[eye] = why_no_open_level(surveyed.open[eye], eye);
      open_origin.source = closed_origin.source = LevelSource::None;
      continue;
    }
    const OpenLevel& open = *findings[eye].open;
    calibration.levels[eye] = {open.ear, closed[eye].ratio * open.ear};
    if (open.interval) {
      open_origin = {LevelSource::Estimated, open.interval, "the lid rests at several heights"};
    }
    closed_origin.source = closed[eye].source;
    closed_origin.basis = closed[eye].basis;
    if (closed[eye].source == LevelSource::Estimated) {
      closed_origin.interval = EarInterval{closed[eye].low * open.ear, closed[eye].high * open.ear};
    }
  }
}

void calibrate_from_file(const Calibration& file,
                         const PerEye<EyeBlinks>& findings,
                         ClosureSummary& summary) {
  summary.calibration = file;
  const PerEye<ClosedRatio> closed =
      closed_ratios({findings.right.closures, findings.left.closures});
  for (const Eye eye : kEyes) {
    const EyeLevels& levels = file.levels[eye];
    if (!are_usable(levels)) {
      summary.no_fec_reason[eye] = "the calibration file has no usable levels for the " +
                                   std::string(name_of(eye)) +
                                   " eye: open and closed EAR must differ by at least 0.02";
      summary.calibration.levels[eye] = {};
      summary.calibration.open_origin[eye] = {LevelSource::None, {}, ""};
      summary.calibration.closed_origin[eye] = {LevelSource::None, {}, ""};
      continue;
    }
    summary.calibration.open_origin[eye].source = LevelSource::Given;
    summary.calibration.closed_origin[eye].source = LevelSource::Given;
    if (!findings[eye].open) continue;
    const float open_ear = findings[eye].open->ear;
    compare_with_file(eye, "open", open_ear, levels.open_ear, levels, summary);
    if (closed[eye].source != LevelSource::Measured) continue;
    compare_with_file(
        eye, "closed", closed[eye].ratio * open_ear, levels.closed_ear, levels, summary);
  }
}

}  // namespace eyelid::closure
