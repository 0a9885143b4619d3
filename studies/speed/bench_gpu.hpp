// SPDX-License-Identifier: MIT
#pragma once

#include "studies/speed/bench_session.hpp"

namespace eyelid::speed {

/// The tables of `eyelid bench` with --device cuda, on the first GPU, per batch: time of the host,
/// of the transfers and of the device separately, energy through NVML, and the study's V100.
///   detector  the network on inputs on the device; then whole detection, frames uploaded
///   latency   detection, then the whole frame, one batch at a time, from the host's memory
///   pipeline  the whole frame, uploaded from page-locked memory; then as `track` does it
void bench_gpu_detector(const BenchRequest& request,
                        const pipeline::Setup& setup,
                        std::vector<GrayImage> frames);
void bench_gpu_latency(const BenchRequest& request,
                       const pipeline::Setup& setup,
                       std::vector<GrayImage> frames);
void bench_gpu_pipeline(const BenchRequest& request,
                        const pipeline::Setup& setup,
                        std::vector<GrayImage> frames);

}  // namespace eyelid::speed
