// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/gpu_tracker.hpp"

#include "eyelid/core/error.hpp"
#include "eyelid/gpu/gpu_face_detector.hpp"
#include "eyelid/pipeline/eye_memory.hpp"
#include "eyelid/pipeline/stage_clock.hpp"

namespace eyelid::pipeline {
namespace {

std::vector<gpu::FrameDevice*> views_of(
    const std::vector<std::unique_ptr<gpu::FrameDevice>>& devices) {
  std::vector<gpu::FrameDevice*> views;
  for (const auto& device : devices) views.push_back(device.get());
  return views;
}

}  // namespace

FrameMeasurement frame_measurement(const gpu::MeasuredFrame& frame) {
  const gpu::FrameRecord& record = *frame.record;
  FrameMeasurement measurement;
  measurement.frame = frame.index;
  measurement.time_s = frame.time_s;
  measurement.is_suspect = frame.is_suspect;
  measurement.clip = frame.clip;
  if (record.subject < 0) return measurement;
  measurement.face = gpu::face_box(record.face);
  const landmarks::FacePoints points = gpu::face_points(record, frame.points);
  measurement.eyes = points.eyes;
  measurement.face_points = points.points;
  measurement.trusted_eyes = points.trusted_eyes;
  measurement.doubted_eyes = points.doubted_eyes;
  measurement.ear = record.ear;
  return measurement;
}

struct GpuTracker::Clocks {
  StageClock decode{"decode (wait)"};
  StageClock wait{"GPU (wait)"};
};

GpuTracker::GpuTracker(std::vector<std::unique_ptr<gpu::FrameDevice>> devices)
    : devices_(std::move(devices)),
      runner_(views_of(devices_)),
      clocks_(std::make_unique<Clocks>()) {
  runner_.observe_waits([this](std::chrono::nanoseconds time) { clocks_->wait.add(time); });
}

GpuTracker::~GpuTracker() = default;

void GpuTracker::run(video::FrameSource& source,
                     const std::function<void(const FrameMeasurement&)>& on_measurement) {
  video::Frame frame;
  const auto next = [&]() -> std::optional<gpu::NumberedFrame> {
    const StageTimer timer(&clocks_->decode);
    if (!source.next(frame)) return std::nullopt;
    return gpu::NumberedFrame{frame.image, frame.index, frame.time_s, frame.is_suspect, frame.clip};
  };
  EyeMemory memory;
  runner_.run(next, [&](const gpu::MeasuredFrame& measured) {
    FrameMeasurement measurement = frame_measurement(measured);
    memory.judge(measurement);
    on_measurement(measurement);
  });
}

std::vector<StageTime> GpuTracker::stage_times() const {
  return {clocks_->decode.summary(), clocks_->wait.summary()};
}

}  // namespace eyelid::pipeline
