// SPDX-License-Identifier: MIT
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "eyelid/closure/causal_closure.hpp"
#include "eyelid/core/image.hpp"
#include "eyelid/detection/subject_selection.hpp"
#include "eyelid/pipeline/eye_memory.hpp"
#include "eyelid/pipeline/frame_measurer.hpp"

namespace eyelid::pipeline {

struct LiveOptions {
  landmarks::PointCount points = landmarks::PointCount::Twelve;
  int detect_every = 1;                      // in between the landmarks carry the face
  std::optional<frames::SideEdge> cut_edge;  // that may cut the face (FrameMeasurer)
  int workers = 1;
  double frames_per_second = 500.0;        // of the camera
  std::optional<Calibration> calibration;  // see CausalClosure
};

struct LiveFrame {
  FrameMeasurement measured;
  bool is_lost = false;     // never seen by a worker
  bool is_hurried = false;  // a detection was due, and was left out
  closure::LiveFec fec;
};

/// Frames of a running camera to closure, each as soon as it can be known.
///
/// Frames are numbered from 0 without gaps. Several workers may each have one in hand; results
/// leave in frame order and are those of Tracker with the same options, whatever the number of
/// workers. A lost frame changes nothing: the next one is measured as if it followed the frame
/// before. Allocates nothing once warm.
class LiveTracker {
 public:
  using OnFrame = std::function<void(const LiveFrame&)>;

  /// `on_frame` is called in frame order by one worker at a time, and should be short.
  LiveTracker(const detection::FaceDetector& detector,
              const std::shared_ptr<const landmarks::LandmarkModels>& models,
              const LiveOptions& options,
              OnFrame on_frame);

  /// By thread number `worker`; every frame number goes to exactly one worker, rising per worker.
  /// The picture may be empty: the frame is lost. `time_s`: by the camera's clock; without it, by
  /// its number and the rate of the camera. Waits for other workers where the frame depends
  /// on theirs: for the choice of the subject in the group before, between detections for the frame
  /// before. A worker that is kAhead frames ahead of the oldest one in hand waits as well.
  ///
  /// `is_hurried`: the landmarks carry the face even where a detection is due, in less than half
  /// the time; from there on, results may differ from those of Tracker.
  void process(int worker,
               std::int64_t frame,
               const FrameView& picture,
               std::optional<double> time_s = std::nullopt,
               bool is_hurried = false);

  /// For the frames that were not delivered yet. From any thread.
  void set_levels(const Calibration& calibration);

  static constexpr std::int64_t kAhead = 1024;

 private:
  struct Worker {
    FrameMeasurer measurer;
    std::vector<FaceBox> faces;
  };
  /// Of a measured frame, until the one kAhead later.
  struct Slot {
    std::int64_t frame = -1;
    bool is_lost = false;
    bool is_hurried = false;
    double time_s = 0.0;
    FrameMeasurement measurement;  // of a lost frame: that of the last one before it that was seen
  };
  Slot& slot(std::int64_t frame) { return slots_[static_cast<std::size_t>(frame % kAhead)]; }
  bool is_due(std::int64_t frame) const { return frame % options_.detect_every == 0; }
  FrameMeasurement detect(Worker& worker, std::int64_t frame, const FrameView& picture);
  FrameMeasurement measurement_before(std::int64_t frame);
  std::optional<FaceBox> choose_subject(std::int64_t group, const std::vector<FaceBox>& faces);
  void deliver(const Slot& slot);

  LiveOptions options_;
  OnFrame on_frame_;
  std::vector<Worker> workers_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable progress_;
  std::vector<Slot> slots_{kAhead};
  std::int64_t delivered_ = 0;      // frames
  std::int64_t chosen_groups_ = 0;  // of detect_every frames
  detection::SubjectSelector selector_;
  EyeMemory memory_;
  closure::CausalClosure closure_;
};

}  // namespace eyelid::pipeline
