// SPDX-License-Identifier: MIT
#pragma once

#include <cuda_runtime.h>

#include <memory>
#include <string>

#include "eyelid/core/error.hpp"

namespace eyelid::gpu {

/// Throws DeviceError: "cuda:0 NVIDIA H200: <what>: <the driver's words>".
inline void check_cuda(cudaError_t status, const std::string& device, const char* what) {
  if (status == cudaSuccess) return;
  (void)cudaGetLastError();  // the next call starts clean
  throw DeviceError(device + ": " + what + ": " + cudaGetErrorString(status));
}

struct FreeOnDevice {
  void operator()(std::byte* memory) const { cudaFree(memory); }
};
struct FreePinned {
  void operator()(std::byte* memory) const { cudaFreeHost(memory); }
};
struct DestroyStream {
  void operator()(cudaStream_t stream) const { cudaStreamDestroy(stream); }
};
struct DestroyEvent {
  void operator()(cudaEvent_t event) const { cudaEventDestroy(event); }
};
struct DestroyGraph {
  void operator()(cudaGraphExec_t graph) const { cudaGraphExecDestroy(graph); }
};
using DeviceMemory = std::unique_ptr<std::byte, FreeOnDevice>;
using PinnedMemory = std::unique_ptr<std::byte, FreePinned>;
using Stream = std::unique_ptr<CUstream_st, DestroyStream>;
using Event = std::unique_ptr<CUevent_st, DestroyEvent>;
using Graph = std::unique_ptr<CUgraphExec_st, DestroyGraph>;

inline DeviceMemory device_memory(std::size_t bytes, const std::string& device) {
  void* memory = nullptr;
  check_cuda(cudaMalloc(&memory, bytes > 0 ? bytes : 1), device, "device memory");
  return DeviceMemory(static_cast<std::byte*>(memory));
}
/// Reachable by every device.
inline PinnedMemory pinned_memory(std::size_t bytes, const std::string& device) {
  void* memory = nullptr;
  check_cuda(
      cudaHostAlloc(&memory, bytes > 0 ? bytes : 1, cudaHostAllocPortable | cudaHostAllocMapped),
      device,
      "page-locked memory");
  return PinnedMemory(static_cast<std::byte*>(memory));
}
inline Stream make_stream(const std::string& device) {
  cudaStream_t stream = nullptr;
  check_cuda(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), device, "stream");
  return Stream(stream);
}
inline Event make_event(unsigned flags, const std::string& device) {
  cudaEvent_t event = nullptr;
  check_cuda(cudaEventCreateWithFlags(&event, flags), device, "event");
  return Event(event);
}

}  // namespace eyelid::gpu
