// SPDX-License-Identifier: MIT
#pragma once

#include <cstring>
#include <string>

#include "eyelid/gpu/cuda_memory.cuh"
#include "eyelid/gpu/frame_device.hpp"
#include "eyelid/gpu/frame_program.hpp"
#include "eyelid/kernels/gpu/device_block.cuh"

namespace eyelid::gpu {

/// The kernels of frame_program.hpp on a stream.
struct CudaLaunch {
  cudaStream_t stream;
  const std::string& device;
  template <class Kernel>
  void run(const typename Kernel::Arguments& arguments, int blocks, std::size_t shared_bytes) {
    check_cuda(kernels::gpu::launch<Kernel>(arguments, blocks, shared_bytes, stream),
               device,
               "kernel launch");
  }
};

class CudaChain final : public SelectionChain {
 public:
  explicit CudaChain(const std::string& device)
      : memory_(pinned_memory(sizeof(detection::SubjectMemory), device)) {
    reset();
  }
  void reset() override {
    std::memset(memory_.get(), 0, sizeof(detection::SubjectMemory));
    last = nullptr;
  }
  /// The same address on the host and on every device (unified addressing).
  detection::SubjectMemory* state() {
    return reinterpret_cast<detection::SubjectMemory*>(memory_.get());
  }

  cudaEvent_t last = nullptr;  // recorded behind the last selection; null: none yet

 private:
  PinnedMemory memory_;
};

/// One batch on its way.
struct CudaSlot {
  Stream stream;
  Event selected;
  Event times[4];  // before the upload, the kernels, the download; behind it
  PinnedMemory frames;
  PinnedMemory results;  // records, faces, points
  DeviceMemory memory;
  BatchBuffers buffers{};
  Graph graph;  // of a whole batch, where there is a single slot
  int graph_frames = 0;
  const detection::SubjectMemory* graph_state = nullptr;
  int frame_count = 0;
};

}  // namespace eyelid::gpu
