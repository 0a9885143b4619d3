// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "eyelid/detection/face_detector.hpp"
#include "eyelid/frames/mirrored_picture.hpp"
#include "eyelid/landmarks/eye_landmarker.hpp"
#include "eyelid/pipeline/frame_tracker.hpp"

namespace eyelid::pipeline {

struct TrackerOptions {
  landmarks::PointCount points = landmarks::PointCount::Twelve;
  /// Detect on every n-th frame; in between the landmarks carry the box. A face that is lost is
  /// looked for at once. At least 1.
  int detect_every = 1;
  /// Edge of the picture that may cut the subject's face (FrameMeasurer).
  std::optional<frames::SideEdge> cut_edge;
  int threads = 1;           // at least 1; decoding has a thread of its own besides
  int groups_in_flight = 0;  // 0: 4 per thread; bounds the memory
};

/// Joins the stages on the CPU:
///
///   decode -> detect (parallel) -> choose the subject -> landmarks + EAR (parallel) ->
///   on_measurement
///
/// The unit of work is a group of `detect_every` consecutive frames, whose first is detected;
/// frames of a group follow each other, groups run side by side. So results do not depend on
/// `threads`. At most 4 groups per thread are in flight, which bounds the memory.
class Tracker final : public FrameTracker {
 public:
  Tracker(std::unique_ptr<detection::FaceDetector> detector,
          std::shared_ptr<const landmarks::LandmarkModels> models,
          TrackerOptions options);
  ~Tracker() override;

  void run(video::FrameSource& source,
           const std::function<void(const FrameMeasurement&)>& on_measurement) override;

  /// Time per frame of "decode (wait)", "detection" and "landmarks + EAR".
  std::vector<StageTime> stage_times() const override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace eyelid::pipeline
