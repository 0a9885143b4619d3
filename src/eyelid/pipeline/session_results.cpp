// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/session_results.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "eyelid/pipeline/picture_frames.hpp"
#include "eyelid/tables/blinks_csv.hpp"
#include "eyelid/tables/frames_csv.hpp"

namespace eyelid::pipeline {

SessionResults::SessionResults(files::RunFolder& run,
                               closure::ClosureOptions options,
                               std::optional<Eye> eye,
                               std::optional<std::size_t> landmark_points,
                               RowObserver observer)
    : run_(run),
      options_(std::move(options)),
      eye_(eye),
      trace_(run.scratch_folder()),
      points_(run.scratch_folder()),
      blinks_(run.scratch_folder()),
      observer_(std::move(observer)) {
  if (!landmark_points) return;
  unknown_points_.resize(*landmark_points, {kNotAvailable, kNotAvailable});
  landmarks_csv_ =
      std::make_unique<tables::LandmarksCsvWriter>(run_.staged("landmarks.csv"), *landmark_points);
}

void SessionResults::add(const FrameMeasurement& measurement) {
  trace_.append(closure::closure_input(measurement, eye_));
  measured_frames_ += measurement.is_trustworthy();
  measured_pairs_ += measurement.trusted_eyes.right && measurement.trusted_eyes.left;
  points_.append(measurement.is_trustworthy() ? measurement.eyes : std::nullopt);
  if (!landmarks_csv_) return;
  if (!measurement.is_trustworthy()) {
    write_landmarks(measurement.frame, {});
  } else if (measurement.face_points) {
    write_landmarks(measurement.frame, *measurement.face_points);
  } else {
    std::array<Point, 12> lids;
    for (std::size_t i = 0; i < lids.size(); ++i) lids[i] = lid_point(*measurement.eyes, i);
    write_landmarks(measurement.frame, lids);
  }
}

void SessionResults::write_landmarks(std::int64_t frame, std::span<const Point> points) {
  landmarks_csv_->write(frame, points);
  if (observer_.on_landmarks) {
    observer_.on_landmarks(frame,
                           points.empty() ? std::span<const Point>(unknown_points_) : points);
  }
}

void SessionResults::analyze(SessionSummary& summary,
                             const Calibration& conditions,
                             const Progress& progress) {
  tables::FramesCsvWriter frames_csv(run_.staged("frames.csv"));
  tables::BlinksCsvWriter blinks_csv(run_.staged("blinks.csv"));
  summary.closure = closure::analyze_closure(
      trace_,
      options_,
      [&](const EyelidSample& sample) {
        frames_csv.write(sample);
        if (observer_.on_sample) observer_.on_sample(sample);
        eye_watch_.add(sample);
        still_watch_.add(sample);
        examples_.consider(sample);
        progress(sample.frame + 1);
      },
      [&](const Blink& blink) {
        blinks_csv.write(blink);
        blinks_.append(blink);
        if (observer_.on_blink) observer_.on_blink(blink);
      });
  if (landmarks_csv_) landmarks_csv_->commit();
  blinks_csv.commit();
  frames_csv.commit();
  describe_closure(summary, conditions);
}

void SessionResults::describe_closure(SessionSummary& summary,
                                      const Calibration& conditions) const {
  ClosureSummary& closure = summary.closure;
  if (eye_) closure.no_fec_reason[other(*eye_)].clear();  // it was not asked for
  if (!options_.calibration) {
    Calibration& calibration = closure.calibration;
    calibration.subject = conditions.subject;
    calibration.glasses = conditions.glasses;
    calibration.camera = conditions.camera;
    calibration.distance = conditions.distance;
    calibration.recording = summary.source.path;
  }
  summary.warnings.insert(summary.warnings.begin(),
                          summary.source_report.warnings.begin(),
                          summary.source_report.warnings.end());
  std::ranges::copy(closure.warnings, std::back_inserter(summary.warnings));
  const std::optional<Eye> hidden = eye_ ? std::nullopt : eye_watch_.hidden_eye();
  if (hidden) summary.warnings.push_back(eye_watch_.warning());
  if (!eye_ && still_watch_.still_eye()) summary.warnings.push_back(still_watch_.warning());
  for (const Eye eye : kEyes) {
    const std::string& reason = closure.no_fec_reason[eye];
    if (!reason.empty() && eye != hidden) {
      summary.warnings.push_back(std::string(name_of(eye)) + " eye: " + reason);
    }
  }
}

std::function<bool(std::int64_t frame)> SessionResults::frames_of_report() {
  std::vector<std::int64_t> examples;
  for (const ExampleFrames::Example& example : examples_.examples()) {
    if (example.frame >= 0) examples.push_back(example.frame);
  }
  const auto frames = std::make_shared<PictureFrames>(run_.scratch_folder(), blinks_, examples);
  return [frames](std::int64_t frame) { return frames->contains(frame); };
}

SecondPassInputs SessionResults::findings(tables::TruthCsvReader* truth) {
  return {trace_, options_, points_, blinks_, examples_, truth};
}

}  // namespace eyelid::pipeline
