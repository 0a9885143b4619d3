// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "eyelid/core/image.hpp"
#include "eyelid/gpu/frame_device.hpp"

namespace eyelid::gpu {

/// A frame and what its owner calls it. The view is valid until the next frame is asked for.
struct NumberedFrame {
  FrameView view;
  std::int64_t index = 0;
  double time_s = 0.0;
  bool is_suspect = false;
  std::int32_t clip = 1;
};

/// One frame's results; the spans are valid during the call that delivers them.
struct MeasuredFrame {
  std::int64_t index = 0;
  double time_s = 0.0;
  bool is_suspect = false;
  std::int32_t clip = 1;
  const FrameRecord* record = nullptr;
  std::span<const FaceRecord> faces;      // record->face_count of them; only when asked for
  const FaceLandmarks* points = nullptr;  // only when asked for
};

struct RunnerTimes {
  std::int64_t frames = 0;
  std::int64_t batches = 0;
  double fill_ms = 0.0;  // frames fetched and copied into page-locked memory
};

/// Drives one or several devices: a ring of slots, filled in turn, whose results are delivered in
/// the order of the frames. While one batch computes, the next is copied and the one before read.
///
/// Allocates when constructed and when the size of the frames changes, not per batch.
class BatchRunner {
 public:
  /// Devices with equal batch_frames(); not null, at least one. They must outlive the runner.
  explicit BatchRunner(std::vector<FrameDevice*> devices);

  /// Asks `next` for frames until it returns nothing; calls `deliver` once per frame, in order. The
  /// first error of a device, of `next` or of `deliver` ends the run: batches in flight are waited
  /// for, then it is rethrown.
  void run(const std::function<std::optional<NumberedFrame>()>& next,
           const std::function<void(const MeasuredFrame&)>& deliver);

  /// Called with every time spent waiting for a device.
  void observe_waits(std::function<void(std::chrono::nanoseconds)> observer) {
    observer_ = std::move(observer);
  }

  /// Of the last run.
  const RunnerTimes& times() const { return times_; }

 private:
  struct Tag {
    std::int64_t index;
    double time_s;
    bool is_suspect;
    std::int32_t clip;
  };
  struct Slot {
    FrameDevice* device;
    int number;  // on its device
    int frame_count = 0;
    std::vector<Tag> tags;
  };
  void prepare(int width, int height);
  void put(Slot& slot, const NumberedFrame& frame);
  void submit();
  void finish_oldest(const std::function<void(const MeasuredFrame&)>& deliver);
  void drain_quietly();
  Slot& slot_to_fill() { return slots_[filled_ % slots_.size()]; }

  std::vector<FrameDevice*> devices_;
  std::vector<Slot> slots_;  // in the order of use
  std::unique_ptr<SelectionChain> chain_;
  std::size_t filled_ = 0;    // batches submitted
  std::size_t finished_ = 0;  // batches delivered
  int width_ = 0;
  int height_ = 0;
  RunnerTimes times_;
  std::function<void(std::chrono::nanoseconds)> observer_;
};

}  // namespace eyelid::gpu
