// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/tracker.hpp"

#include <tbb/concurrent_queue.h>
#include <tbb/enumerable_thread_specific.h>
#include <tbb/global_control.h>
#include <tbb/parallel_pipeline.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <utility>

#include "eyelid/closure/eye_aspect_ratio.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/pipeline/face_selection.hpp"
#include "eyelid/pipeline/stage_clock.hpp"

namespace eyelid::pipeline {
namespace {

/// Consecutive frames that travel through the stages together.
struct Group {
  std::vector<video::Frame> frames;  // storage is recycled; only the first `count` are filled
  std::size_t count = 0;
  std::vector<FaceBox> faces;      // detected on the first frame
  std::optional<FaceBox> subject;  // chosen among them
  std::vector<FrameMeasurement> measurements;
};

/// What one thread needs for itself.
struct Worker {
  std::unique_ptr<detection::FaceDetector> detector;
  landmarks::EyeLandmarker landmarker;
  std::vector<FaceBox> faces;
};

/// Whether the eyes moved further between two frames than the landmarks can safely follow: a tenth
/// of the distance between them.
bool has_jumped(const EyeLandmarks& before, const EyeLandmarks& now) {
  constexpr float kFollowed = 0.1f;
  const Point old_middle = (before.right[0] + before.left[3]) * 0.5f;
  const Point new_middle = (now.right[0] + now.left[3]) * 0.5f;
  return distance(old_middle, new_middle) > kFollowed * distance(before.right[0], before.left[3]);
}

void measure(const landmarks::FacePoints& points, FrameMeasurement& measurement) {
  measurement.eyes = points.eyes;
  measurement.face_points = points.points;
  measurement.is_trustworthy = points.is_trustworthy;
  if (!points.is_trustworthy) return;
  measurement.ear_right = closure::eye_aspect_ratio(points.eyes.right).value_or(kNotAvailable);
  measurement.ear_left = closure::eye_aspect_ratio(points.eyes.left).value_or(kNotAvailable);
}

}  // namespace

struct Tracker::State {
  State(std::unique_ptr<detection::FaceDetector> face_detector,
        std::shared_ptr<const landmarks::LandmarkModels> landmark_models,
        TrackerOptions tracker_options)
      : detector(std::move(face_detector)),
        models(std::move(landmark_models)),
        options(tracker_options),
        workers([this] {
          return Worker{detector->clone(), landmarks::EyeLandmarker(models), {}};
        }) {}

  void fill(Group& group, video::FrameSource& source);
  void detect(Group& group);
  void locate(Group& group);
  void locate_frame(Worker& worker,
                    const video::Frame& frame,
                    std::optional<FaceBox> face,
                    FrameMeasurement& measurement);

  std::unique_ptr<detection::FaceDetector> detector;
  std::shared_ptr<const landmarks::LandmarkModels> models;
  TrackerOptions options;
  tbb::enumerable_thread_specific<Worker> workers;
  StageClock decode_clock{"decode (wait)"};
  StageClock detection_clock{"detection"};
  StageClock landmark_clock{"landmarks + EAR"};
};

void Tracker::State::fill(Group& group, video::FrameSource& source) {
  group.frames.resize(static_cast<std::size_t>(options.detect_every));
  group.count = 0;
  for (video::Frame& frame : group.frames) {
    const StageTimer timer(decode_clock);
    if (!source.next(frame)) break;
    ++group.count;
  }
}

void Tracker::State::detect(Group& group) {
  const StageTimer timer(detection_clock);
  workers.local().detector->detect(group.frames[0].image, group.faces);
}

void Tracker::State::locate_frame(Worker& worker,
                                  const video::Frame& frame,
                                  std::optional<FaceBox> face,
                                  FrameMeasurement& measurement) {
  measurement = FrameMeasurement{};
  measurement.frame = frame.index;
  measurement.time_s = frame.time_s;
  if (!face) return;
  measurement.face = face;
  const StageTimer timer(landmark_clock);
  measure(worker.landmarker.locate(frame.image, *face, options.points), measurement);
}

void Tracker::State::locate(Group& group) {
  Worker& worker = workers.local();
  group.measurements.resize(group.count);
  locate_frame(worker, group.frames[0], group.subject, group.measurements[0]);
  for (std::size_t i = 1; i < group.count; ++i) {
    const FrameMeasurement& previous = group.measurements[i - 1];
    FrameMeasurement& current = group.measurements[i];
    if (previous.is_trustworthy) {
      const landmarks::FacePoints points{*previous.eyes, previous.face_points, true};
      locate_frame(worker, group.frames[i], landmarks::carry_face(*previous.face, points), current);
      if (current.is_trustworthy && !has_jumped(*previous.eyes, *current.eyes)) continue;
    }
    {
      const StageTimer timer(detection_clock);
      worker.detector->detect(group.frames[i].image, worker.faces);
    }
    locate_frame(worker, group.frames[i], nearest_or_largest(worker.faces, previous.face), current);
  }
}

Tracker::Tracker(std::unique_ptr<detection::FaceDetector> detector,
                 std::shared_ptr<const landmarks::LandmarkModels> models,
                 TrackerOptions options)
    : state_(std::make_unique<State>(std::move(detector), std::move(models), options)) {
  EYELID_EXPECTS(options.detect_every >= 1);
  EYELID_EXPECTS(options.threads >= 1);
}

Tracker::~Tracker() = default;

void Tracker::run(video::FrameSource& source,
                  const std::function<void(const FrameMeasurement&)>& on_measurement) {
  State& state = *state_;
  // The run owns every group, so that none is lost when a stage throws.
  std::vector<std::unique_ptr<Group>> groups;
  tbb::concurrent_queue<Group*> idle;
  FaceSelector selector;

  const auto decode = [&](tbb::flow_control& control) -> Group* {
    Group* group = nullptr;
    if (!idle.try_pop(group)) group = groups.emplace_back(std::make_unique<Group>()).get();
    state.fill(*group, source);
    if (group->count == 0) control.stop();
    return group;
  };
  const auto detect = [&](Group* group) {
    state.detect(*group);
    return group;
  };
  const auto choose = [&](Group* group) {
    group->subject = selector.select(group->faces);
    return group;
  };
  const auto locate = [&](Group* group) {
    state.locate(*group);
    return group;
  };
  const auto deliver = [&](Group* group) {
    for (const FrameMeasurement& measurement : group->measurements) on_measurement(measurement);
    idle.push(group);
  };

  using Mode = tbb::filter_mode;
  const auto stages = tbb::make_filter<void, Group*>(Mode::serial_in_order, decode) &
                      tbb::make_filter<Group*, Group*>(Mode::parallel, detect) &
                      tbb::make_filter<Group*, Group*>(Mode::serial_in_order, choose) &
                      tbb::make_filter<Group*, Group*>(Mode::parallel, locate) &
                      tbb::make_filter<Group*, void>(Mode::serial_in_order, deliver);
  const auto threads = static_cast<std::size_t>(state.options.threads);
  const std::size_t in_flight = state.options.groups_in_flight > 0
                                    ? static_cast<std::size_t>(state.options.groups_in_flight)
                                    : 4 * threads;
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, threads);
  tbb::task_arena arena(state.options.threads);
  arena.execute([&] { tbb::parallel_pipeline(in_flight, stages); });
}

std::vector<StageTime> Tracker::stage_times() const {
  return {state_->decode_clock.summary(),
          state_->detection_clock.summary(),
          state_->landmark_clock.summary()};
}

}  // namespace eyelid::pipeline
