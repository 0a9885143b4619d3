// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "eyelid/core/image.hpp"
#include "eyelid/kernels/peak_throughput/peak_throughput.hpp"
#include "eyelid/pipeline/setup.hpp"
#include "eyelid/power/power_meter.hpp"
#include "studies/speed/bench_rows.hpp"

namespace CLI {
class App;
}

namespace eyelid::app {

/// What every bench command is asked.
struct BenchRequest {
  pipeline::SetupRequest setup;
  std::filesystem::path input;  // empty: a rendered session
  int images = 2048;            // per row, at least
  std::string threads;          // list; empty: all processors
  std::string batches = "1";    // list
  double constant_watts = 0.0;  // 0: no constant meter
  std::filesystem::path power_samples;
  double gpu_seconds = 1.0;     // per row, at least; --device cuda
  bool is_memory_only = false;  // pipeline: nothing that reads files
  BenchOutputs outputs;
};

/// Frames held in memory by a bench command.
inline constexpr std::size_t kBenchFrames = 64;
/// Of a rendered session, spread over its course.
std::vector<GrayImage> rendered_frames();

/// Frames, meter and machine ceilings of one bench command.
class BenchSession {
 public:
  /// On bench_frames(request).
  explicit BenchSession(const BenchRequest& request);
  /// `frames`: at least one, of one size.
  BenchSession(const BenchRequest& request, std::vector<GrayImage> frames);

  const std::vector<GrayImage>& frames() const { return frames_; }
  power::PowerMeter* meter() const { return meter_.get(); }
  const BenchConditions& conditions() const { return conditions_; }
  /// One line on frames, machine and meter.
  void print_head(const pipeline::Setup& setup) const;

 private:
  void open_meter(const BenchRequest& request);
  std::vector<GrayImage> frames_;
  std::unique_ptr<power::PowerMeter> meter_;
  BenchConditions conditions_;
};

/// A stage as one backend does it on a batch; the seam between CPU, GPU and the figures.
struct BatchRunner {
  BenchRow row;  // stage, device, precision, threads, landmarks
  /// Multiply-adds of the network per image, against the peak of `arithmetic`; 0: not counted.
  double macs_per_image = 0.0;
  compute::Precision arithmetic = compute::Precision::F32;
  /// Bytes that have to come from main memory per image; 0: not counted.
  double bytes_per_image = 0.0;
  /// Does `count` frames from number `first` of an endless row of the session's frames.
  std::function<void(std::size_t first, std::size_t count)> run;
};

/// Calls the runner with batches of `batch` frames until `images` frames are done, each call timed.
BenchRow measure_batches(const BatchRunner& runner,
                         const BenchSession& session,
                         int batch,
                         int images);

/// Of "f32", "bf16" or "int8".
compute::Precision arithmetic_of(const std::string& precision);

/// Fills what follows from times and energy: percentiles, rates, shares.
struct Measured {
  std::vector<double> call_ms;  // any order
  double wall_s = 0.0;
  std::int64_t images = 0;
  double joules = kAbsent;
  double fma_peak_gmacs = kAbsent;  // of the row's arithmetic, all its threads; 0: not known
};
BenchRow complete_row(const BatchRunner& runner,
                      const BenchSession& session,
                      int batch,
                      Measured measured);

/// --input --images --threads LIST --power-watts --power-samples --json --html, and those of
/// add_setup_options().
void add_bench_options(CLI::App& app, BenchRequest& request, bool has_batches);
std::vector<int> threads_of(const BenchRequest& request);
/// `last`: where an open list ends.
std::vector<int> batches_of(const BenchRequest& request, int last = 512);

}  // namespace eyelid::app
