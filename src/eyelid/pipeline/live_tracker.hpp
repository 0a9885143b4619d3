// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "eyelid/closure/causal_closure.hpp"
#include "eyelid/core/image.hpp"
#include "eyelid/detection/face_detector.hpp"
#include "eyelid/landmarks/eye_landmarker.hpp"
#include "eyelid/pipeline/face_selection.hpp"

namespace eyelid::pipeline {

struct LiveOptions {
  landmarks::PointCount points = landmarks::PointCount::Twelve;
  int detect_every = 1;  // in between the landmarks carry the face of the latest delivered frame
  int workers = 1;
  std::optional<Calibration> calibration;  // see CausalClosure
};

struct LiveFrame {
  std::int64_t frame = 0;
  bool is_lost = false;   // never seen by a worker
  bool is_valid = false;  // a face whose eye points can be trusted
  float ear_right = kNotAvailable;
  float ear_left = kNotAvailable;
  closure::LiveFec fec;
};

/// Frames of a running camera to closure, each as soon as it can be known.
///
/// Frames are numbered without gaps. Several workers may each have one in hand; results leave in
/// frame order. Which face is the subject is decided from the latest frame delivered when a worker
/// begins, so with more than one worker a picture of several faces may, unlike Tracker's, be
/// decided differently from run to run.
///
/// Allocates nothing once warm.
class LiveTracker {
 public:
  using OnFrame = std::function<void(const LiveFrame&)>;

  /// `on_frame` is called in frame order by one worker at a time, and should be short.
  LiveTracker(const detection::FaceDetector& detector,
              const std::shared_ptr<const landmarks::LandmarkModels>& models,
              const LiveOptions& options,
              OnFrame on_frame);
  ~LiveTracker();

  /// By thread number `worker`; every frame number goes to exactly one worker, rising per worker.
  /// The picture may be empty: the frame is lost. A worker that is kAhead frames ahead of the
  /// latest delivered one waits for the others.
  void process(int worker, std::int64_t frame, const FrameView& picture);

  static constexpr std::int64_t kAhead = 1024;

 private:
  struct Worker;
  struct Done {
    LiveFrame result;
    std::optional<FaceBox> face;  // to carry on
  };
  Done measure(Worker& worker, std::int64_t frame, const FrameView& picture);
  void deliver(const Done& done);

  LiveOptions options_;
  OnFrame on_frame_;
  std::vector<std::unique_ptr<Worker>> workers_;

  std::mutex mutex_;  // guards what follows
  std::array<std::optional<Done>, kAhead> waiting_;
  std::int64_t next_ = 0;
  std::optional<FaceBox> subject_;  // of the latest delivered frame
  int frames_without_ = 0;
  closure::CausalClosure closure_;
};

}  // namespace eyelid::pipeline
