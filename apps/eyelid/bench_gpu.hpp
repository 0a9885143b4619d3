// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "eyelid/core/image.hpp"
#include "eyelid/pipeline/gpu_setup.hpp"

namespace eyelid::app {

struct GpuBenchRequest {
  std::string command;  // "bench detector", "bench latency", "bench pipeline"
  std::vector<int> batches;
  int images = 2000;
  int landmarks = 12;
  std::string precision;
  std::filesystem::path json;
};

/// The tables of `eyelid bench` on the first GPU, host, transfer and device time apart. `frames`
/// are of one size.
///   detector  inputs that lie on the device: the network alone
///   latency   one frame (or batch) at a time, from the host's memory to the numbers
///   pipeline  batches overlapped; and the same with the frames in page-locked memory beforehand
void bench_gpu(const GpuBenchRequest& request,
               const pipeline::GpuSetup& setup,
               const std::vector<GreyImage>& frames);

/// "1,8,512" or "1..4096": the powers of two. Throws InputError.
std::vector<int> batch_list(const std::string& text);

}  // namespace eyelid::app
