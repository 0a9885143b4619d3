// SPDX-License-Identifier: MIT
#include "studies/speed/bench_tables.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "eyelid/core/error.hpp"
#include "studies/speed/bench_columns.hpp"
#include "studies/speed/bench_cpu.hpp"
#include "studies/speed/bench_gpu.hpp"

namespace eyelid::speed {
namespace {

/// What the tables have in common: models, frames and meter at the start, files at the end.
struct TableBench {
  TableBench(const BenchRequest& bench_request, pipeline::Setup made)
      : request(bench_request), setup(std::move(made)), session(request) {
    session.print_head(setup);
  }

  /// The detector over all requested numbers of threads and batch sizes.
  void sweep_detector() {
    for (const int threads : request.threads) {
      CpuBench bench(session, setup, precision_of(request.setup), threads);
      const BatchRunner runner = bench.batches(CpuStage::Detector);
      for (const int batch : batches_of(request)) {
        rows.push_back(measure_batches(runner, session, batch, request.images));
      }
    }
  }

  void finish(const std::string& command) const {
    print_study_source();
    write_bench(request.outputs, bench_json(command, session.conditions(), rows));
  }

  const BenchRequest& request;
  const pipeline::Setup setup;
  const BenchSession session;
  std::vector<BenchRow> rows = {};
};

}  // namespace

void bench_detector(const BenchRequest& request) {
  pipeline::Setup setup = pipeline::make_setup(request.setup);
  if (setup.gpu) return bench_gpu_detector(request, setup, bench_frames(request));
  TableBench bench(request, std::move(setup));
  bench.sweep_detector();
  const BenchRow& first = bench.rows[0];
  std::vector<Column> columns = {count("threads", &BenchRow::threads),
                                 count("batch", &BenchRow::batch),
                                 images(),
                                 figure("run time s", &BenchRow::run_time_s, 3),
                                 figure("images/s", &BenchRow::images_per_s, 0),
                                 figure("ms/image", &BenchRow::ms_per_image, 4),
                                 speed_up(first),
                                 share("peak", &BenchRow::fma_peak_fraction),
                                 share("memory", &BenchRow::memory_bandwidth_fraction),
                                 figure("W", &BenchRow::watts, 1),
                                 figure("J/image", &BenchRow::joules_per_image, 5),
                                 figure("J above idle", &BenchRow::joules_per_image_above_idle, 5),
                                 figure("images/s/W", &BenchRow::images_per_s_per_w, 1)};
  add_study(columns, "im/s", "detector", "images_per_s", 0);
  table_of(columns, bench.rows).print();
  const double serial_ms = study_figures().at("detector_serial_ms_per_image");
  fmt::print("study, serial BlazeFace: {} ms per image, {:.0f} times our first row\n",
             serial_ms,
             serial_ms / first.ms_per_image);
  for (const auto& row : study_figures().at("detector_optimized")) {
    fmt::print("study, {} with I/O tiles and prefetch, batch {}: {:.0f} images/s\n",
               row.at("device").get<std::string>(),
               row.at("batch").get<int>(),
               row.at("images_per_s").get<double>());
  }
  bench.finish("bench detector");
}

void bench_landmarks(const BenchRequest& request) {
  pipeline::Setup setup = pipeline::make_setup(request.setup);
  if (setup.gpu) {
    throw InputError(
        "bench landmarks --device cuda: not available; expected --device cpu, or `bench pipeline "
        "--device cuda`, which includes the landmarks");
  }
  TableBench bench(request, std::move(setup));
  for (const int threads : request.threads) {
    CpuBench stage(bench.session, bench.setup, precision_of(request.setup), threads);
    bench.rows.push_back(stage.measure_streams(CpuStage::Landmarks, request.images));
  }
  const std::vector<Column> columns = {
      {"system", [](const BenchRow&) { return std::string("this machine"); }},
      count("points", &BenchRow::landmarks),
      count("threads", &BenchRow::threads),
      images(),
      figure("run time s", &BenchRow::run_time_s, 3),
      figure("images/s", &BenchRow::images_per_s, 0),
      figure("ms/image", &BenchRow::ms_per_image, 4),
      figure("p50", &BenchRow::ms_p50, 4),
      figure("p95", &BenchRow::ms_p95, 4),
      figure("p99", &BenchRow::ms_p99, 4),
      speed_up(bench.rows[0])};
  app::TerminalTable table = table_of(columns, bench.rows);
  for (const auto& row : study_figures().at("landmarks")) {
    const double ms = row.at("ms_per_image");
    const std::string processes = fmt::format("{}", row.at("processes").get<int>());
    table.add({"study: " + row.at("system").get<std::string>(),
               "-",
               processes,
               "-",
               "-",
               app::cell(1e3 / ms, 0),
               app::cell(ms, 4),
               "-",
               "-",
               "-",
               app::cell(row.at("speedup").get<double>(), 2)});
  }
  table.print();
  bench.finish("bench landmarks");
}

void bench_latency(const BenchRequest& request) {
  pipeline::Setup setup = pipeline::make_setup(request.setup);
  if (setup.gpu) return bench_gpu_latency(request, setup, bench_frames(request));
  TableBench bench(request, std::move(setup));
  bench.sweep_detector();
  std::vector<Column> columns = {count("threads", &BenchRow::threads),
                                 count("batch", &BenchRow::batch),
                                 figure("p50 ms", &BenchRow::ms_p50, 4),
                                 figure("p95", &BenchRow::ms_p95, 4),
                                 figure("p99", &BenchRow::ms_p99, 4),
                                 figure("min", &BenchRow::ms_min, 4),
                                 figure("images/s", &BenchRow::images_per_s, 0),
                                 figure("images/s/W", &BenchRow::images_per_s_per_w, 1),
                                 figure("J/image", &BenchRow::joules_per_image, 5),
                                 figure("J above idle", &BenchRow::joules_per_image_above_idle, 5)};
  add_study(columns, "ms", "latency", "latency_ms", 3);
  add_study(columns, "im/s/W", "latency", "images_per_s_per_w", 2);
  table_of(columns, bench.rows).print();
  fmt::print("latency of a batch: from frames in memory to all of its faces\n");
  bench.finish("bench latency");
}

}  // namespace eyelid::speed
