// SPDX-License-Identifier: MIT
#pragma once

#include "studies/speed/bench_session.hpp"

namespace eyelid::speed {

// The subcommands of `eyelid bench`. The study's tables on this machine:
void bench_detector(const BenchRequest& request);   // throughput by batch
void bench_landmarks(const BenchRequest& request);  // by threads
void bench_latency(const BenchRequest& request);    // of a batch
void bench_pipeline(const BenchRequest& request);   // every stage, with and without overlap

/// Frames that arrive at a fixed rate.
void add_bench_realtime(CLI::App& bench);
/// JSON files of several machines.
void add_bench_compare(CLI::App& bench);

}  // namespace eyelid::speed
