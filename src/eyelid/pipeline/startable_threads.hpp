// SPDX-License-Identifier: MIT
#pragma once

namespace eyelid::pipeline {

/// How many threads of the `wanted` ones (>= 1) a job should use, 1 at least. oneTBB ends the
/// program when a thread does not start, so this tries first: where the system (ulimit -u,
/// pids.max, address space) starts fewer, half of those, which leaves room for the decoder's and
/// the encoder's. Never more than four per processor, which only hold memory.
/// Results never depend on the number. Threads: any.
int startable_threads(int wanted);

}  // namespace eyelid::pipeline
