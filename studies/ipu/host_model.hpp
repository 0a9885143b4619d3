// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "studies/ipu/chip.hpp"

namespace eyelid::ipu {

// Layer B: host and streams. Everything in HostConstants is FITTED to the study's tables;
// everything else (device time, bytes, link, handshake, queue) is physical. A good fit here says
// nothing about the device model.

/// The fitted constants, milliseconds.
struct HostConstants {
  double call_ms =
      0.0;  // per engine call (Python, TensorFlow, two stream handshakes); one per chip's host
  double io_tiles_call_saving_ms = 0.0;  // of it when streams have I/O tiles
  double image_ms = 0.0;                 // all host work per image, one activity after the other
  double infeed_copy_ms = 0.0;  // of it: filling the stream buffer; prefetched with I/O tiles
  double call_image_ms = 0.0;   // of it: in the call itself, never hidden
};
/// From tables/host.json; "bow" uses the host of mk2.
HostConstants host_constants(std::string_view chip);

/// One image through the streams, bytes.
struct StreamBytes {
  double input = 0.0;
  double output = 0.0;
};

/// TensorFlow's knobs, by the names of Graphcore's TensorFlow.
struct StreamOptions {
  int batch = 1;
  int num_io_tiles = 0;
  double available_memory_proportion = 0.9;  // of the I/O tiles' memory
  int prefetch_depth = 3;
  bool asynchronous_callbacks = false;
  int steps_per_execution = 1;
  StreamBytes bytes;        // per image
  StreamBytes study_bytes;  // per image when the constants were fitted; copies scale with bytes
};

/// Largest batch whose input and output fit on the I/O tiles; a larger one makes TensorFlow drop
/// them without a word (io_tiles_placer.cc).
int io_tile_batch_limit(const Chip& chip, const StreamOptions& options);

/// What one lane (a thread, the link, the chip) did.
struct Activity {
  std::string lane;
  std::string name;
  int step = 0;
  double begin_ms = 0.0;
  double end_ms = 0.0;
};

struct StreamRun {
  bool io_tiles_used = false;
  double step_ms = 0.0;     // between steps in the steady state
  double latency_ms = 0.0;  // from the call to the result in Python
  double images_per_second = 0.0;
  double device_ms = 0.0;            // computing, per step
  double device_share = 0.0;         // of step_ms
  std::vector<Activity> activities;  // of some steps in the steady state
};

/// Runs the event model to its steady state. `device_ms`: computing one batch.
StreamRun run_streams(const Chip& chip,
                      const HostConstants& constants,
                      const StreamOptions& options,
                      double device_ms);

}  // namespace eyelid::ipu
