// SPDX-License-Identifier: MIT
#include "eyelid/gpu/batch_runner.hpp"

#include <algorithm>
#include <chrono>

#include "eyelid/core/error.hpp"
#include "eyelid/core/stopwatch.hpp"
#include "eyelid/gpu/gpu_face_detector.hpp"

namespace eyelid::gpu {
namespace {

/// Adds the time until its end to a sum.
class AddedTime {
 public:
  explicit AddedTime(double& sum_ms) : sum_ms_(sum_ms) {}
  ~AddedTime() { sum_ms_ += stopwatch_.milliseconds(); }
  AddedTime(const AddedTime&) = delete;
  AddedTime& operator=(const AddedTime&) = delete;

 private:
  double& sum_ms_;
  Stopwatch stopwatch_;
};

}  // namespace

BatchRunner::BatchRunner(std::vector<FrameDevice*> devices) : devices_(std::move(devices)) {
  EYELID_EXPECTS(!devices_.empty());
  const int batch = devices_[0]->batch_frames();
  int slots = 1 << 20;
  for (const FrameDevice* device : devices_) {
    EYELID_EXPECTS(device != nullptr && device->batch_frames() == batch);
    slots = std::min(slots, device->slot_count());
  }
  for (int number = 0; number < slots; number++) {
    for (FrameDevice* device : devices_) {
      Slot& slot = slots_.emplace_back(Slot{device, number, 0, {}});
      slot.tags.resize(static_cast<std::size_t>(batch));
    }
  }
  chain_ = devices_[0]->make_chain();
}

void BatchRunner::prepare(int width, int height) {
  for (FrameDevice* device : devices_) device->prepare(width, height);
  width_ = width;
  height_ = height;
}

void BatchRunner::put(Slot& slot, const NumberedFrame& frame) {
  put_frame(*slot.device, slot.number, slot.frame_count, frame.view);
  slot.tags[static_cast<std::size_t>(slot.frame_count++)] = {
      frame.index, frame.time_s, frame.is_suspect, frame.clip};
}

void BatchRunner::submit() {
  Slot& slot = slot_to_fill();
  slot.device->submit(slot.number, slot.frame_count, *chain_);
  filled_++;
}

void BatchRunner::finish_oldest(const std::function<void(const MeasuredFrame&)>& deliver) {
  Slot& slot = slots_[finished_ % slots_.size()];
  // Counted first: a batch whose wait() throws is not waited for again.
  finished_++;
  const auto begin = std::chrono::steady_clock::now();
  const BatchResults results = slot.device->wait(slot.number);
  if (observer_) observer_(std::chrono::steady_clock::now() - begin);
  times_.batches++;
  const int frame_count = slot.frame_count;
  slot.frame_count = 0;
  for (int i = 0; i < frame_count; i++) {
    const auto at = static_cast<std::size_t>(i);
    const Tag& tag = slot.tags[at];
    MeasuredFrame frame{
        tag.index, tag.time_s, tag.is_suspect, tag.clip, &results.records[at], {}, nullptr};
    if (!results.faces.empty()) {
      frame.faces = results.faces.subspan(at * kMaxFaces,
                                          static_cast<std::size_t>(results.records[at].face_count));
    }
    if (!results.points.empty()) frame.points = &results.points[at];
    deliver(frame);
    times_.frames++;
  }
}

void BatchRunner::drain_quietly() {
  while (finished_ < filled_) {
    Slot& slot = slots_[finished_++ % slots_.size()];
    slot.frame_count = 0;
    try {
      slot.device->wait(slot.number);
    } catch (const Error&) {
      // The first error is the one to report.
    }
  }
  slot_to_fill().frame_count = 0;
}

void BatchRunner::run(const std::function<std::optional<NumberedFrame>()>& next,
                      const std::function<void(const MeasuredFrame&)>& deliver) {
  times_ = {};
  chain_->reset();
  const auto finish_all = [&] {
    if (slot_to_fill().frame_count > 0) submit();
    while (finished_ < filled_) finish_oldest(deliver);
  };
  try {
    for (;;) {
      std::optional<NumberedFrame> frame;
      {
        const AddedTime time(times_.fill_ms);
        frame = next();
      }
      if (!frame) break;
      EYELID_EXPECTS(!frame->view.is_empty());
      if (frame->view.width != width_ || frame->view.height != height_) {
        finish_all();
        width_ = 0;  // until it has succeeded
        prepare(frame->view.width, frame->view.height);
      }
      {
        const AddedTime time(times_.fill_ms);
        put(slot_to_fill(), *frame);
      }
      if (slot_to_fill().frame_count < devices_[0]->batch_frames()) continue;
      submit();
      // The slot to fill next must be free: when all are in flight, it is the oldest.
      if (filled_ - finished_ == slots_.size()) finish_oldest(deliver);
    }
    finish_all();
  } catch (...) {
    drain_quietly();
    throw;
  }
}

}  // namespace eyelid::gpu
