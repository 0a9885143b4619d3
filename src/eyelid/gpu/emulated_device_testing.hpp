// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstring>
#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/gpu/frame_device.hpp"
#include "eyelid/gpu/frame_program.hpp"
#include "eyelid/kernels/gpu/emulated_block.hpp"

/// The GPU on this processor, for tests: the same kernels on the same arguments in the same order.
namespace eyelid::gpu {

struct EmulatedLaunch {
  kernels::gpu::ThreadOrder order = kernels::gpu::ThreadOrder::Forward;
  template <class Kernel>
  void run(const typename Kernel::Arguments& arguments, int blocks, std::size_t shared_bytes) {
    kernels::gpu::emulate<Kernel>(arguments, blocks, shared_bytes, order);
  }
};

/// Where emulated device memory comes from: the heap, or memory that a GPU reaches as well.
using HostAllocator = std::function<std::shared_ptr<std::byte>(std::size_t bytes)>;
inline HostAllocator& host_allocator() {
  static HostAllocator allocator = [](std::size_t bytes) {
    return std::shared_ptr<std::byte>(new std::byte[bytes], std::default_delete<std::byte[]>());
  };
  return allocator;
}

/// Host memory at an address aligned to 256 bytes, filled with 0xff: not-a-number, count -1.
class PoisonedMemory {
 public:
  PoisonedMemory() = default;
  explicit PoisonedMemory(std::size_t bytes)
      : memory_(host_allocator()(bytes + 256)), bytes_(bytes) {
    const auto address = reinterpret_cast<std::uintptr_t>(memory_.get());
    begin_ = memory_.get() + (256 - address % 256);
    std::fill_n(begin_, bytes, std::byte{0xff});
  }
  std::byte* data() { return begin_; }
  std::span<std::byte> all() const { return {begin_, bytes_}; }
  std::uintptr_t address() const { return reinterpret_cast<std::uintptr_t>(begin_); }

 private:
  std::shared_ptr<std::byte> memory_;
  std::byte* begin_ = nullptr;
  std::size_t bytes_ = 0;
};

/// A DeviceImage-like object where "the device" can read it.
template <class Image>
PoisonedMemory emulated_copy(const Image& image) {
  PoisonedMemory memory(image.size());
  const std::vector<std::byte> bytes = image.bytes_at(memory.address());
  std::copy(bytes.begin(), bytes.end(), memory.data());
  return memory;
}

class EmulatedChain final : public SelectionChain {
 public:
  EmulatedChain() : memory_(sizeof(detection::SubjectMemory)) { reset(); }
  void reset() override { subject() = {}; }
  detection::SubjectMemory& subject() {
    return *reinterpret_cast<detection::SubjectMemory*>(memory_.data());
  }
  const PoisonedMemory& memory() const { return memory_; }

 private:
  PoisonedMemory memory_;
};

/// `Launch` as EmulatedLaunch: what runs the kernels.
template <class Launch>
class EmulatedDeviceWith final : public FrameDevice {
 public:
  EmulatedDeviceWith(std::shared_ptr<const DeviceModels> models,
                     const FrameDeviceOptions& options,
                     Launch launch = {},
                     int processors = 2,
                     bool is_hopper = true)
      : models_(std::move(models)),
        model_memory_(emulated_copy(*models_)),
        options_(options),
        launch_(launch) {
    EYELID_EXPECTS(options.batch_frames % options.measure.detect_every == 0);
    program_.models = models_->pointers(model_memory_.address());
    program_.options = options.measure;
    program_.processors = processors;
    program_.is_hopper = is_hopper;
  }

  std::string_view name() const override { return "emulated"; }
  int slot_count() const override { return options_.slots; }
  int batch_frames() const override { return options_.batch_frames; }
  int row_bytes() const override { return program_.plan.row_bytes; }

  void prepare(int width, int height) override {
    program_.plan = plan_frames(width, height);
    plan_memory_ = emulated_copy(program_.plan.image);
    program_.tables = plan_pointers(program_.plan, plan_memory_.address());
    slots_.clear();
    for (int i = 0; i < options_.slots; i++) {
      Slot& slot = slots_.emplace_back();
      slot.memory = PoisonedMemory(buffer_bytes(program_, options_.batch_frames));
      slot.buffers = buffers_at(program_, options_.batch_frames, slot.memory.data());
      std::fill_n(slot.buffers.arrivals, options_.batch_frames, 0u);
    }
  }
  std::uint8_t* frame(int slot, int i) override {
    return slots_.at(static_cast<std::size_t>(slot)).buffers.frames +
           static_cast<std::size_t>(i) * program_.plan.frame_bytes;
  }
  std::unique_ptr<SelectionChain> make_chain() override {
    return std::make_unique<EmulatedChain>();
  }
  void submit(int slot, int frame_count, SelectionChain& chain) override {
    Slot& s = slots_.at(static_cast<std::size_t>(slot));
    s.frame_count = frame_count;
    enqueue_detection(launch_, program_, s.buffers, frame_count);
    if (options_.wants_faces_only) return;
    detection::SubjectMemory* subject = &static_cast<EmulatedChain&>(chain).subject();
    enqueue_selection(launch_, program_, s.buffers, frame_count, subject);
    enqueue_eyes(launch_, program_, s.buffers, frame_count);
  }
  BatchResults wait(int slot) override {
    const Slot& s = slots_.at(static_cast<std::size_t>(slot));
    const auto count = static_cast<std::size_t>(s.frame_count);
    BatchResults results;
    if (options_.wants_faces_only) {
      results.face_counts = {s.buffers.face_counts, count};
    } else {
      results.records = {s.buffers.records, count};
    }
    if (options_.wants_faces) results.faces = {s.buffers.faces, count * kMaxFaces};
    if (options_.measure.wants_points) results.points = {s.buffers.points, count};
    return results;
  }
  BatchResults locate(int slot, std::span<const FaceRecord> faces) override {
    EYELID_EXPECTS(!faces.empty() && options_.measure.detect_every == 1);
    Slot& s = slots_.at(static_cast<std::size_t>(slot));
    s.frame_count = static_cast<int>(faces.size());
    for (std::size_t i = 0; i < faces.size(); i++) {
      s.buffers.faces[i * kMaxFaces] = faces[i];
      s.buffers.face_counts[i] = 1;
      s.buffers.subjects[i] = 0;
    }
    enqueue_eyes(launch_, program_, s.buffers, s.frame_count);
    return wait(slot);
  }
  double network_ms(int, int) override {
    throw DeviceError("emulated: has no speed; expected a GPU");
  }

  const BatchBuffers& buffers(int slot) const {
    return slots_.at(static_cast<std::size_t>(slot)).buffers;
  }
  const FrameProgram& program() const { return program_; }
  /// All buffers of a slot.
  std::span<std::byte> memory(int slot) const {
    return slots_.at(static_cast<std::size_t>(slot)).memory.all();
  }
  Launch& launch() { return launch_; }

 private:
  struct Slot {
    PoisonedMemory memory;
    BatchBuffers buffers{};
    int frame_count = 0;
  };
  std::shared_ptr<const DeviceModels> models_;
  PoisonedMemory model_memory_;
  FrameDeviceOptions options_;
  Launch launch_;
  FrameProgram program_{};
  PoisonedMemory plan_memory_;
  std::vector<Slot> slots_;
};
using EmulatedDevice = EmulatedDeviceWith<EmulatedLaunch>;

}  // namespace eyelid::gpu
