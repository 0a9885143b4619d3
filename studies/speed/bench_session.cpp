// SPDX-License-Identifier: MIT
#include "studies/speed/bench_session.hpp"

#include <fmt/format.h>
#include <CLI/App.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

#include "apps/command_line/number_list.hpp"
#include "apps/command_line/options.hpp"
#include "eyelid/compute/machine.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/power/energy_watch.hpp"
#include "eyelid/synthesis/session_renderer.hpp"

namespace eyelid::app {
namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

std::vector<GrayImage> rendered_frames() {
  const synthesis::SessionRenderer renderer(synthesis::SessionOptions{});
  std::vector<GrayImage> frames(kBenchFrames);
  for (std::size_t i = 0; i < kBenchFrames; ++i) {
    const auto frame = static_cast<std::int64_t>(i) * renderer.frame_count() /
                       static_cast<std::int64_t>(kBenchFrames);
    renderer.render(frame, frames[i]);
  }
  return frames;
}

BenchSession::BenchSession(const BenchRequest& request, std::vector<GrayImage> frames)
    : frames_(std::move(frames)) {
  open_meter(request);
  const auto threads = threads_of(request);
  conditions_.fma_peak_gmacs = kAbsent;
  if (request.setup.device != "cuda") {
    conditions_.fma_peak_precision = request.setup.precision;
    const double peak = kernels::dot_peak_gmacs(arithmetic_of(request.setup.precision), 1);
    if (peak > 0.0) conditions_.fma_peak_gmacs = peak;
  }
  conditions_.read_bandwidth_gb_per_s = kernels::read_bandwidth_gb_per_s(threads.back());
  const auto idle = power::idle_watts(meter_.get(), std::chrono::milliseconds(2000));
  if (idle) conditions_.idle_watts = *idle;
}

void BenchSession::open_meter(const BenchRequest& request) {
  if (request.constant_watts > 0.0) {
    meter_ = power::constant_meter(request.constant_watts);
  } else if (!request.power_samples.empty()) {
    meter_ = power::sample_file_meter(request.power_samples);
  } else {
    std::vector<std::unique_ptr<power::PowerMeter>> found;
    // With the GPU alone at work its own energy is asked for.
    const bool is_gpu = request.setup.device == "cuda";
    if (auto rapl = power::open_rapl_meter(power::powercap_root()); rapl && !is_gpu) {
      found.push_back(std::move(rapl));
    }
    if (request.setup.device != "cpu") {
      if (auto nvml = power::open_nvml_meter({})) found.push_back(std::move(nvml));
    }
    if (!found.empty()) meter_ = power::sum_of_meters(std::move(found));
  }
  if (meter_) {
    conditions_.power_meter = meter_->name();
    conditions_.power_is_reading = meter_->is_reading();
    return;
  }
  const power::PowerSources sources = power::describe_power_sources();
  conditions_.power_meter = "none: " + sources.rapl + ", " + sources.nvml;
}

void BenchSession::print_head(const pipeline::Setup& setup) const {
  fmt::print("{} frames of {}x{} in memory, detector {} on every frame, {}\n",
             frames_.size(),
             frames_[0].width(),
             frames_[0].height(),
             setup.detector->name(),
             setup.device);
  fmt::print("multiply-add peak {} GMAC/s a thread in {}, main memory {} GB/s, measured now\n",
             std::isfinite(conditions_.fma_peak_gmacs)
                 ? fmt::format("{:.1f}", conditions_.fma_peak_gmacs)
                 : "not known,",
             conditions_.fma_peak_precision,
             fmt::format("{:.1f}", conditions_.read_bandwidth_gb_per_s));
  fmt::print("power meter {}", conditions_.power_meter);
  if (std::isfinite(conditions_.idle_watts)) fmt::print(", idle {:.1f} W", conditions_.idle_watts);
  fmt::print("\n");
}

compute::Precision arithmetic_of(const std::string& precision) {
  if (precision == "bf16") return compute::Precision::Bf16;
  if (precision == "int8") return compute::Precision::Int8;
  return compute::Precision::F32;
}

BenchRow complete_row(const BatchRunner& runner,
                      const BenchSession& session,
                      int batch,
                      Measured measured) {
  const auto images = static_cast<double>(measured.images);
  BenchRow row = runner.row;
  row.batch = batch;
  row.images = measured.images;
  row.run_time_s = measured.wall_s;
  row.images_per_s = images / measured.wall_s;
  row.ms_per_image = 1e3 * measured.wall_s / images;
  set_percentiles(measured.call_ms, row);
  if (runner.macs_per_image > 0.0 && measured.fma_peak_gmacs > 0.0) {
    row.fma_peak_fraction =
        runner.macs_per_image * row.images_per_s * 1e-9 / measured.fma_peak_gmacs;
  }
  if (runner.bytes_per_image > 0.0) {
    row.memory_bandwidth_fraction = runner.bytes_per_image * row.images_per_s * 1e-9 /
                                    session.conditions().read_bandwidth_gb_per_s;
  }
  row.watts = measured.joules / measured.wall_s;
  row.joules_per_image = measured.joules / images;
  row.joules_per_image_above_idle =
      row.joules_per_image - session.conditions().idle_watts * measured.wall_s / images;
  row.images_per_s_per_w = row.images_per_s / row.watts;
  return row;
}

BenchRow measure_batches(const BatchRunner& runner,
                         const BenchSession& session,
                         int batch,
                         int images) {
  const auto size = static_cast<std::size_t>(batch);
  const std::size_t calls = std::max<std::size_t>(20, static_cast<std::size_t>(images) / size);
  for (std::size_t i = 0; i < 2 + 64 / size; ++i) runner.run(i * size, size);
  Measured measured;
  measured.call_ms.reserve(calls);
  const int busy = std::min(runner.row.threads, batch);
  const double peak_before = kernels::dot_peak_gmacs(runner.arithmetic, busy);
  power::EnergyWatch watch(session.meter());
  const Clock::time_point begin = Clock::now();
  Clock::time_point last = begin;
  for (std::size_t i = 0; i < calls; ++i) {
    runner.run(i * size, size);
    const Clock::time_point now = Clock::now();
    measured.call_ms.push_back(std::chrono::duration<double, std::milli>(now - last).count());
    last = now;
  }
  measured.wall_s = std::chrono::duration<double>(last - begin).count();
  if (const auto use = watch.finish()) measured.joules = use->watts() * measured.wall_s;
  measured.fma_peak_gmacs = std::max(peak_before, kernels::dot_peak_gmacs(runner.arithmetic, busy));
  measured.images = static_cast<std::int64_t>(calls * size);
  return complete_row(runner, session, batch, std::move(measured));
}

void add_bench_options(CLI::App& app, BenchRequest& request, bool has_batches) {
  app.add_option("--input", request.input, "Video or pictures (default: a rendered session)");
  app.add_option("--images", request.images, "Images timed per row, at least")
      ->check(CLI::Range(20, 100000000))
      ->capture_default_str();
  add_setup_options(app, request.setup);
  // Here both are lists.
  app.remove_option(app.get_option("--threads"));
  app.add_option("--threads", request.threads, "List, such as 1,2,... (default: all processors)");
  app.remove_option(app.get_option("--batch"));
  if (has_batches) {
    app.add_option("--batches,--batch", request.batches, "List, such as 1,2,4,...,512")
        ->capture_default_str();
  }
  app.add_option("--power-watts", request.constant_watts, "Take this power for granted (W)")
      ->check(CLI::PositiveNumber);
  app.add_option("--power-samples",
                 request.power_samples,
                 "File that an external meter writes: seconds since 1970,watts");
  add_json_option(app, request.outputs.json);
  app.add_option("--html", request.outputs.html, "Also write FILE, a page with tables and plots");
}

std::vector<int> threads_of(const BenchRequest& request) {
  const int all = compute::this_machine().hardware_threads;
  if (request.threads.empty()) return {all};
  return parse_number_list(request.threads, "--threads", all);
}

std::vector<int> batches_of(const BenchRequest& request, int last) {
  return parse_number_list(request.batches, "--batches", last);
}

}  // namespace eyelid::app
