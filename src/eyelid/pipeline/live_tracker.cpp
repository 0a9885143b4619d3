// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/live_tracker.hpp"

#include <utility>

#include "eyelid/core/error.hpp"

namespace eyelid::pipeline {

LiveTracker::LiveTracker(const detection::FaceDetector& detector,
                         const std::shared_ptr<const landmarks::LandmarkModels>& models,
                         const LiveOptions& options,
                         OnFrame on_frame)
    : options_(options), on_frame_(std::move(on_frame)), closure_(options.calibration) {
  EYELID_EXPECTS(options.workers >= 1 && options.detect_every >= 1);
  EYELID_EXPECTS(options.frames_per_second > 0.0);
  for (int i = 0; i < options.workers; ++i) {
    workers_.push_back(
        {FrameMeasurer(detector.clone(), models, options.points, options.cut_edge), {}});
  }
}

FrameMeasurement LiveTracker::measurement_before(std::int64_t frame) {
  if (frame == 0) return {};
  std::unique_lock lock(mutex_);
  const Slot& before = slot(frame - 1);
  progress_.wait(lock, [&] { return before.frame == frame - 1; });
  return before.measurement;
}

std::optional<FaceBox> LiveTracker::choose_subject(std::int64_t group,
                                                   const std::vector<FaceBox>& faces) {
  std::unique_lock lock(mutex_);
  progress_.wait(lock, [&] { return chosen_groups_ == group; });
  ++chosen_groups_;
  progress_.notify_all();
  return selector_.select(faces);
}

FrameMeasurement LiveTracker::detect(Worker& worker, std::int64_t frame, const FrameView& picture) {
  worker.measurer.detect(picture, worker.faces);
  return worker.measurer.locate(picture,
                                choose_subject(frame / options_.detect_every, worker.faces));
}

void LiveTracker::deliver(const Slot& slot) {
  LiveFrame result;
  if (!slot.is_lost) result.measured = slot.measurement;
  result.measured.frame = slot.frame;
  result.measured.time_s = slot.time_s;
  memory_.judge(result.measured);
  result.is_lost = slot.is_lost;
  result.is_hurried = slot.is_hurried;
  result.fec = closure_.next(result.measured.ear);
  on_frame_(result);
}

void LiveTracker::set_levels(const Calibration& calibration) {
  const std::lock_guard lock(mutex_);
  closure_.set_levels(calibration);
}

void LiveTracker::process(int worker,
                          std::int64_t frame,
                          const FrameView& picture,
                          std::optional<double> time_s,
                          bool is_hurried) {
  Worker& own = workers_[static_cast<std::size_t>(worker)];
  Slot done;
  done.time_s = time_s.value_or(static_cast<double>(frame) / options_.frames_per_second);
  done.frame = frame;
  done.is_lost = picture.is_empty();
  done.is_hurried = is_hurried && is_due(frame) && !done.is_lost;
  if (is_due(frame) && !done.is_lost && !is_hurried) {
    done.measurement = detect(own, frame, picture);
  } else {
    done.measurement = measurement_before(frame);
    if (!done.is_lost) done.measurement = own.measurer.follow(picture, done.measurement);
  }
  std::unique_lock lock(mutex_);
  if (is_due(frame) && (done.is_lost || is_hurried)) {
    progress_.wait(lock, [&] { return chosen_groups_ == frame / options_.detect_every; });
    ++chosen_groups_;
  }
  // One less: the worker of frame delivered_ may still have to read the slot before its own.
  progress_.wait(lock, [&] { return frame - delivered_ < kAhead - 1; });
  slot(frame) = done;
  for (; slot(delivered_).frame == delivered_; ++delivered_) deliver(slot(delivered_));
  progress_.notify_all();
}

}  // namespace eyelid::pipeline
