// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/live_tracker.hpp"

#include <thread>
#include <utility>

#include "eyelid/closure/eye_aspect_ratio.hpp"
#include "eyelid/core/error.hpp"

namespace eyelid::pipeline {

struct LiveTracker::Worker {
  std::unique_ptr<detection::FaceDetector> detector;
  landmarks::EyeLandmarker landmarker;
  std::vector<FaceBox> faces;
};

LiveTracker::LiveTracker(const detection::FaceDetector& detector,
                         const std::shared_ptr<const landmarks::LandmarkModels>& models,
                         const LiveOptions& options,
                         OnFrame on_frame)
    : options_(options), on_frame_(std::move(on_frame)), closure_(options.calibration) {
  EYELID_EXPECTS(options.workers >= 1 && options.detect_every >= 1);
  for (int i = 0; i < options.workers; ++i) {
    workers_.push_back(
        std::make_unique<Worker>(Worker{detector.clone(), landmarks::EyeLandmarker(models), {}}));
  }
}

LiveTracker::~LiveTracker() = default;

LiveTracker::Done LiveTracker::measure(Worker& worker,
                                       std::int64_t frame,
                                       const FrameView& picture) {
  Done done;
  done.result.frame = frame;
  done.result.is_lost = picture.is_empty();
  if (done.result.is_lost) return done;
  std::optional<FaceBox> previous;
  {
    const std::lock_guard lock(mutex_);
    previous = subject_;
  }
  const auto locate = [&](const FaceBox& face) {
    const landmarks::FacePoints points = worker.landmarker.locate(picture, face, options_.points);
    done.result.is_valid = points.is_trustworthy;
    if (!points.is_trustworthy) return;
    done.result.ear_right = closure::eye_aspect_ratio(points.eyes.right).value_or(kNotAvailable);
    done.result.ear_left = closure::eye_aspect_ratio(points.eyes.left).value_or(kNotAvailable);
    done.face = options_.detect_every > 1 ? landmarks::carry_face(face, points) : face;
  };
  if (previous && frame % options_.detect_every != 0) locate(*previous);
  if (done.result.is_valid) return done;
  worker.detector->detect(picture, worker.faces);
  const std::optional<FaceBox> face = nearest_or_largest(worker.faces, previous);
  if (face) locate(*face);
  return done;
}

void LiveTracker::deliver(const Done& done) {
  LiveFrame result = done.result;
  result.fec = closure_.next(result.ear_right, result.ear_left);
  if (done.face) {
    subject_ = done.face;
    frames_without_ = 0;
  } else if (!result.is_lost && ++frames_without_ > FaceSelector::kMemoryFrames) {
    subject_.reset();
  }
  on_frame_(result);
}

void LiveTracker::process(int worker, std::int64_t frame, const FrameView& picture) {
  const Done done = measure(*workers_[static_cast<std::size_t>(worker)], frame, picture);
  std::unique_lock lock(mutex_);
  while (frame - next_ >= kAhead) {
    lock.unlock();
    std::this_thread::yield();
    lock.lock();
  }
  waiting_[static_cast<std::size_t>(frame % kAhead)] = done;
  while (auto& slot = waiting_[static_cast<std::size_t>(next_ % kAhead)]) {
    deliver(*slot);
    slot.reset();
    ++next_;
  }
}

}  // namespace eyelid::pipeline
