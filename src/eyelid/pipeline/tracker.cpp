// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/tracker.hpp"

#include <tbb/concurrent_queue.h>
#include <tbb/enumerable_thread_specific.h>
#include <tbb/global_control.h>
#include <tbb/parallel_pipeline.h>
#include <tbb/task_arena.h>

#include <utility>

#include "eyelid/core/error.hpp"
#include "eyelid/detection/subject_selection.hpp"
#include "eyelid/pipeline/eye_memory.hpp"
#include "eyelid/pipeline/frame_measurer.hpp"

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

}  // namespace

struct Tracker::State {
  State(std::unique_ptr<detection::FaceDetector> face_detector,
        std::shared_ptr<const landmarks::LandmarkModels> landmark_models,
        TrackerOptions tracker_options)
      : detector(std::move(face_detector)),
        models(std::move(landmark_models)),
        options(tracker_options),
        measurers([this] {
          return FrameMeasurer(
              detector->clone(), models, options.points, options.cut_edge, &clocks);
        }) {}

  void fill(Group& group, video::FrameSource& source);
  void detect(Group& group) { measurers.local().detect(group.frames[0].image, group.faces); }
  void measure(Group& group);

  std::unique_ptr<detection::FaceDetector> detector;
  std::shared_ptr<const landmarks::LandmarkModels> models;
  TrackerOptions options;
  StageClock decode_clock{"decode (wait)"};
  MeasurerClocks clocks;
  tbb::enumerable_thread_specific<FrameMeasurer> measurers;
};

void Tracker::State::fill(Group& group, video::FrameSource& source) {
  group.frames.resize(static_cast<std::size_t>(options.detect_every));
  group.count = 0;
  for (video::Frame& frame : group.frames) {
    const StageTimer timer(&decode_clock);
    if (!source.next(frame)) break;
    ++group.count;
  }
}

void Tracker::State::measure(Group& group) {
  FrameMeasurer& measurer = measurers.local();
  group.measurements.resize(group.count);
  for (std::size_t i = 0; i < group.count; ++i) {
    const video::Frame& frame = group.frames[i];
    FrameMeasurement& measurement = group.measurements[i];
    measurement = i == 0 ? measurer.locate(frame.image, group.subject)
                         : measurer.follow(frame.image, group.measurements[i - 1]);
    measurement.frame = frame.index;
    measurement.time_s = frame.time_s;
    measurement.is_suspect = frame.is_suspect;
    measurement.clip = frame.clip;
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
  detection::SubjectSelector selector;
  EyeMemory memory;

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
  const auto measure = [&](Group* group) {
    state.measure(*group);
    return group;
  };
  const auto deliver = [&](Group* group) {
    for (FrameMeasurement& measurement : group->measurements) {
      memory.judge(measurement);
      on_measurement(measurement);
    }
    idle.push(group);
  };

  using Mode = tbb::filter_mode;
  const auto stages = tbb::make_filter<void, Group*>(Mode::serial_in_order, decode) &
                      tbb::make_filter<Group*, Group*>(Mode::parallel, detect) &
                      tbb::make_filter<Group*, Group*>(Mode::serial_in_order, choose) &
                      tbb::make_filter<Group*, Group*>(Mode::parallel, measure) &
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
          state_->clocks.detection.summary(),
          state_->clocks.landmarks.summary()};
}

}  // namespace eyelid::pipeline
