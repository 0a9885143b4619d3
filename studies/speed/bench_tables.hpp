// SPDX-License-Identifier: MIT
#pragma once

#include "studies/speed/bench_session.hpp"

namespace eyelid::app {

// The study's tables on this machine; one function per subcommand of `eyelid bench`.
void bench_detector(const BenchRequest& request);   // throughput by batch
void bench_landmarks(const BenchRequest& request);  // by threads
void bench_latency(const BenchRequest& request);    // of a batch
void bench_pipeline(const BenchRequest& request);   // every stage, with and without overlap

}  // namespace eyelid::app
