// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/command_line/cli.hpp"
#include "eyelid/compute/machine.hpp"
#include "eyelid/core/image.hpp"
#include "eyelid/kernels/peak_throughput/peak_throughput.hpp"
#include "eyelid/pipeline/setup.hpp"
#include "eyelid/power/power_meter.hpp"
#include "studies/speed/bench_rows.hpp"

namespace eyelid::speed {

/// The options of every bench command.
struct BenchRequest {
  pipeline::SetupRequest setup;
  std::filesystem::path input;                               // empty: a rendered session
  int images = 2048;                                         // per row, at least
  std::vector<int> threads = {compute::hardware_threads()};  // increasing
  std::string batches = "1";                                 // list
  std::optional<double> constant_watts;                      // instead of a power meter
  std::filesystem::path power_samples;                       // of an external meter; empty: none
  double gpu_seconds = 1.0;                                  // per row, at least; on a GPU
  bool is_memory_only = false;                               // pipeline: nothing that reads files
  BenchOutputs outputs;
};

/// Frames held in memory by a bench command.
inline constexpr std::size_t kBenchFrames = 64;
/// Of a rendered session, spread over its course.
std::vector<GrayImage> rendered_frames();
/// The first frames of --input, else rendered_frames().
std::vector<GrayImage> bench_frames(const BenchRequest& request);

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
  /// Multiply-adds of the network per image, against the peak of `precision`; 0: not counted.
  double macs_per_image = 0.0;
  compute::Precision precision = compute::Precision::F32;
  /// Bytes that have to come from main memory per image; 0: not counted.
  double bytes_per_image = 0.0;
  /// Processes `count` frames from number `first` on; the session's frames repeat endlessly.
  std::function<void(std::size_t first, std::size_t count)> run;
};

/// Times `run`, which processes `images` images on `threads` threads and returns the time of each
/// call in ms, any order. The row has its energy, rates and shares.
BenchRow measure_run(const BatchRunner& runner,
                     const BenchSession& session,
                     int batch,
                     int threads,
                     std::int64_t images,
                     const std::function<std::vector<double>()>& run);

/// Calls the runner with batches of `batch` frames until `images` frames are done, each call timed.
BenchRow measure_batches(const BatchRunner& runner,
                         const BenchSession& session,
                         int batch,
                         int images);

/// --input --threads LIST --power-watts --power-samples --json, and those of
/// app::add_measurement_options(). Sets the threads of `request.setup` too.
void add_run_options(CLI::App& app, BenchRequest& request);
/// These, --images and --html.
void add_table_options(CLI::App& app, BenchRequest& request);
/// `last`: where an open list ends.
std::vector<int> batches_of(const BenchRequest& request, int last = 512);

}  // namespace eyelid::speed
