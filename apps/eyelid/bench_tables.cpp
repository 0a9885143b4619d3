// SPDX-License-Identifier: MIT
#include "bench_tables.hpp"

#include <fmt/format.h>

#include <cmath>
#include <string>

#include "bench_cpu.hpp"
#include "bench_frames.hpp"
#include "bench_gpu.hpp"
#include "terminal_table.hpp"

namespace eyelid::app {
namespace {

const char* kDevices[] = {"mk1", "mk2", "v100"};

void print_source() { fmt::print("study: {}\n", study_figures().at("source").get<std::string>()); }

void finish(const std::string& command,
            const BenchRequest& request,
            const BenchSession& session,
            const std::vector<BenchRow>& rows) {
  write_bench(request.outputs, bench_json(command, session.conditions(), rows));
}

/// Runs one stage over all threads and batches asked for.
template <class OnRow>
void sweep(const BenchRequest& request,
           const BenchSession& session,
           const pipeline::Setup& setup,
           CpuStage stage,
           const OnRow& on_row) {
  for (const int threads : threads_of(request)) {
    CpuBench bench(session, setup, request.setup.precision, threads);
    const BatchRunner runner = bench.batches(stage);
    for (const int batch : batches_of(request)) {
      on_row(measure_batches(runner, session, batch, request.images));
    }
  }
}

}  // namespace

void bench_detector(const BenchRequest& request) {
  const pipeline::Setup setup = pipeline::make_setup(request.setup);
  if (setup.gpu) return bench_gpu_detector(request, setup, bench_frames(request));
  const BenchSession session(request);
  session.print_head(setup);
  std::vector<BenchRow> rows;
  TerminalTable table({"threads",
                       "batch",
                       "images",
                       "run time s",
                       "images/s",
                       "ms/image",
                       "speed-up",
                       "peak",
                       "memory",
                       "W",
                       "J/image",
                       "idle apart",
                       "images/s/W",
                       "mk1 im/s",
                       "mk2 im/s",
                       "v100 im/s"});
  sweep(request, session, setup, CpuStage::Detector, [&](const BenchRow& row) {
    rows.push_back(row);
    std::vector<std::string> line = {fmt::format("{}", row.threads),
                                     fmt::format("{}", row.batch),
                                     fmt::format("{}", row.images),
                                     cell(row.run_time_s, 3),
                                     cell(row.images_per_s, 0),
                                     cell(row.ms_per_image, 4),
                                     cell(rows[0].ms_per_image / row.ms_per_image, 2),
                                     percent_cell(row.fma_peak_fraction),
                                     percent_cell(row.memory_bandwidth_fraction),
                                     cell(row.watts, 1),
                                     cell(row.joules_per_image, 5),
                                     cell(row.joules_per_image_above_idle, 5),
                                     cell(row.images_per_s_per_w, 1)};
    for (const char* device : kDevices) {
      line.push_back(cell(study_value("detector", device, row.batch, "images_per_s"), 0));
    }
    table.add(line);
  });
  table.print();
  const double serial_ms = study_figures().at("detector_serial_ms_per_image");
  fmt::print("the study's serial BlazeFace: {} ms per image, {:.0f} times our first row\n",
             serial_ms,
             serial_ms / rows[0].ms_per_image);
  for (const auto& row : study_figures().at("detector_optimised")) {
    fmt::print("the study's {} with I/O tiles and prefetch, batch {}: {:.0f} images/s\n",
               row.at("device").get<std::string>(),
               row.at("batch").get<int>(),
               row.at("images_per_s").get<double>());
  }
  print_source();
  finish("bench detector", request, session, rows);
}

void bench_landmarks(const BenchRequest& request) {
  const pipeline::Setup setup = pipeline::make_setup(request.setup);
  const BenchSession session(request);
  session.print_head(setup);
  std::vector<BenchRow> rows;
  TerminalTable table({"who",
                       "points",
                       "threads",
                       "images",
                       "run time s",
                       "images/s",
                       "ms/image",
                       "p50",
                       "p95",
                       "p99",
                       "speed-up"});
  for (const int threads : threads_of(request)) {
    CpuBench bench(session, setup, request.setup.precision, threads);
    rows.push_back(bench.measure_streams(CpuStage::Landmarks, request.images));
    const BenchRow& row = rows.back();
    table.add({"this machine",
               fmt::format("{}", row.landmarks),
               fmt::format("{}", threads),
               fmt::format("{}", row.images),
               cell(row.run_time_s, 3),
               cell(row.images_per_s, 0),
               cell(row.ms_per_image, 4),
               cell(row.ms_p50, 4),
               cell(row.ms_p95, 4),
               cell(row.ms_p99, 4),
               cell(rows[0].ms_per_image / row.ms_per_image, 2)});
  }
  for (const auto& row : study_figures().at("landmarks")) {
    const double ms = row.at("ms_per_image");
    table.add({"study: " + row.at("system").get<std::string>(),
               "-",
               fmt::format("{}", row.at("processes").get<int>()),
               "-",
               "-",
               cell(1e3 / ms, 0),
               cell(ms, 4),
               "-",
               "-",
               "-",
               cell(row.at("speedup").get<double>(), 2)});
  }
  table.print();
  print_source();
  finish("bench landmarks", request, session, rows);
}

void bench_latency(const BenchRequest& request) {
  const pipeline::Setup setup = pipeline::make_setup(request.setup);
  if (setup.gpu) return bench_gpu_latency(request, setup, bench_frames(request));
  const BenchSession session(request);
  session.print_head(setup);
  std::vector<BenchRow> rows;
  TerminalTable table({"threads",
                       "batch",
                       "p50 ms",
                       "p95",
                       "p99",
                       "least",
                       "images/s",
                       "images/s/W",
                       "J/image",
                       "idle apart",
                       "mk1 ms",
                       "mk2 ms",
                       "v100 ms",
                       "mk1 im/s/W",
                       "mk2 im/s/W",
                       "v100 im/s/W"});
  sweep(request, session, setup, CpuStage::Detector, [&](const BenchRow& row) {
    rows.push_back(row);
    std::vector<std::string> line = {fmt::format("{}", row.threads),
                                     fmt::format("{}", row.batch),
                                     cell(row.ms_p50, 4),
                                     cell(row.ms_p95, 4),
                                     cell(row.ms_p99, 4),
                                     cell(row.ms_min, 4),
                                     cell(row.images_per_s, 0),
                                     cell(row.images_per_s_per_w, 1),
                                     cell(row.joules_per_image, 5),
                                     cell(row.joules_per_image_above_idle, 5)};
    for (const char* device : kDevices) {
      line.push_back(cell(study_value("latency", device, row.batch, "latency_ms"), 3));
    }
    for (const char* device : kDevices) {
      line.push_back(cell(study_value("latency", device, row.batch, "images_per_s_per_w"), 2));
    }
    table.add(line);
  });
  table.print();
  fmt::print("latency of a batch, from handing over frames in memory to all of its faces\n");
  print_source();
  finish("bench latency", request, session, rows);
}

}  // namespace eyelid::app
