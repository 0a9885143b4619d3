// SPDX-License-Identifier: MIT
#include "studies/speed/bench_session.hpp"

#include <fmt/format.h>
#include <CLI/App.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "apps/command_line/number_list.hpp"
#include "apps/command_line/options.hpp"
#include "apps/command_line/value_names.hpp"
#include "eyelid/files/interruption.hpp"
#include "eyelid/power/energy_watch.hpp"
#include "eyelid/synthesis/session_renderer.hpp"

namespace eyelid::speed {
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
  if (request.setup.device != pipeline::DeviceChoice::Cuda) {
    conditions_.fma_peak_precision = name_of(precision_of(request.setup));
    const double peak = kernels::dot_peak_gmacs(precision_of(request.setup), 1);
    if (peak > 0.0) conditions_.fma_peak_gmacs = peak;
  }
  conditions_.read_bandwidth_gb_per_s = kernels::read_bandwidth_gb_per_s(request.threads.back());
  const auto idle = power::idle_watts(meter_.get(), std::chrono::milliseconds(2000));
  if (idle) conditions_.idle_watts = *idle;
}

void BenchSession::open_meter(const BenchRequest& request) {
  using pipeline::DeviceChoice;
  if (request.constant_watts) {
    meter_ = power::constant_meter(*request.constant_watts);
  } else if (!request.power_samples.empty()) {
    meter_ = power::sample_file_meter(request.power_samples);
  } else {
    std::vector<std::unique_ptr<power::PowerMeter>> found;
    // With only the GPU at work, only its energy counts.
    const bool is_gpu = request.setup.device == DeviceChoice::Cuda;
    if (auto rapl = power::open_rapl_meter(power::powercap_root()); rapl && !is_gpu) {
      found.push_back(std::move(rapl));
    }
    if (request.setup.device != DeviceChoice::Cpu) {
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
  fmt::print("multiply-add peak {} GMAC/s per thread in {}, main memory {} GB/s, measured now\n",
             std::isfinite(conditions_.fma_peak_gmacs)
                 ? fmt::format("{:.1f}", conditions_.fma_peak_gmacs)
                 : "unknown,",
             conditions_.fma_peak_precision,
             fmt::format("{:.1f}", conditions_.read_bandwidth_gb_per_s));
  fmt::print("power meter {}", conditions_.power_meter);
  if (std::isfinite(conditions_.idle_watts)) fmt::print(", idle {:.1f} W", conditions_.idle_watts);
  fmt::print("\n");
}

BenchRow measure_run(const BatchRunner& runner,
                     const BenchSession& session,
                     int batch,
                     int threads,
                     std::int64_t images,
                     const std::function<std::vector<double>()>& run) {
  files::throw_if_interrupted();
  BenchRow row = runner.row;
  row.batch = batch;
  row.images = images;
  const double peak_before = kernels::dot_peak_gmacs(runner.precision, threads);
  power::EnergyWatch watch(session.meter());
  const Clock::time_point begin = Clock::now();
  const std::vector<double> call_ms = run();
  row.run_time_s = std::chrono::duration<double>(Clock::now() - begin).count();
  const auto use = watch.finish();
  const double peak = std::max(peak_before, kernels::dot_peak_gmacs(runner.precision, threads));
  row.images_per_s = static_cast<double>(images) / row.run_time_s;
  row.ms_per_image = 1e3 / row.images_per_s;
  set_percentiles(call_ms, row);
  set_energy(use ? use->watts() * row.run_time_s : kAbsent, session.conditions(), row);
  if (runner.macs_per_image > 0.0 && peak > 0.0) {
    row.fma_peak_fraction = runner.macs_per_image * row.images_per_s * 1e-9 / peak;
  }
  if (runner.bytes_per_image > 0.0) {
    row.memory_bandwidth_fraction = runner.bytes_per_image * row.images_per_s * 1e-9 /
                                    session.conditions().read_bandwidth_gb_per_s;
  }
  return row;
}

BenchRow measure_batches(const BatchRunner& runner,
                         const BenchSession& session,
                         int batch,
                         int images) {
  const auto size = static_cast<std::size_t>(batch);
  const std::size_t calls = std::max<std::size_t>(20, static_cast<std::size_t>(images) / size);
  for (std::size_t i = 0; i < 2 + 64 / size; ++i) runner.run(i * size, size);
  const int busy = std::min(runner.row.threads, batch);
  return measure_run(runner, session, batch, busy, static_cast<std::int64_t>(calls * size), [&] {
    std::vector<double> call_ms;
    call_ms.reserve(calls);
    Clock::time_point last = Clock::now();
    for (std::size_t i = 0; i < calls; ++i) {
      runner.run(i * size, size);
      const Clock::time_point now = Clock::now();
      call_ms.push_back(std::chrono::duration<double, std::milli>(now - last).count());
      last = now;
    }
    return call_ms;
  });
}

void add_run_options(CLI::App& app, BenchRequest& request) {
  app.add_option("--input", request.input, "Video or images (default: a rendered session)")
      ->type_name(app::kPath);
  app::add_measurement_options(app, request.setup);
  app.add_option_function<std::string>(
      "--threads",
      [&request](const std::string& text) {
        request.threads = app::parse_number_list(text, "--threads", request.threads.back());
        request.setup.threads = request.threads.back();
      },
      "Numbers of threads, for example 1,2,... (default: all available processors)");
  app.add_option("--power-watts", request.constant_watts, "Assume this constant power in watts")
      ->check(CLI::PositiveNumber);
  app.add_option("--power-samples",
                 request.power_samples,
                 "File that an external power meter writes: seconds since 1970,watts")
      ->type_name(app::kPath);
  app::add_json_option(app, request.outputs.json);
}

void add_table_options(CLI::App& app, BenchRequest& request) {
  app.add_option("--images", request.images, "Minimum number of images timed per row")
      ->check(CLI::Range(20, 100000000))
      ->capture_default_str();
  add_run_options(app, request);
  app::add_html_option(app, request.outputs.html);
}

std::vector<int> batches_of(const BenchRequest& request, int last) {
  return app::parse_number_list(request.batches, "--batches", last);
}

}  // namespace eyelid::speed
