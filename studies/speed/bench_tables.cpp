// SPDX-License-Identifier: MIT
#include "studies/speed/bench_tables.hpp"

#include <fmt/format.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "apps/command_line/terminal_table.hpp"
#include "eyelid/core/error.hpp"
#include "studies/speed/bench_cpu.hpp"
#include "studies/speed/bench_frames.hpp"
#include "studies/speed/bench_gpu.hpp"

namespace eyelid::app {
namespace {

/// One column: its heading, and what it says of a row.
struct Column {
  std::string heading;
  std::function<std::string(const BenchRow&)> text;
};

Column count(const char* heading, int BenchRow::*value) {
  return {heading, [value](const BenchRow& row) { return fmt::format("{}", row.*value); }};
}

Column figure(const char* heading, double BenchRow::*value, int decimals) {
  return {heading, [=](const BenchRow& row) { return cell(row.*value, decimals); }};
}

Column share(const char* heading, double BenchRow::*value) {
  return {heading, [value](const BenchRow& row) { return percent_cell(row.*value); }};
}

const Column kImages = {"images",
                        [](const BenchRow& row) { return fmt::format("{}", row.images); }};

/// Times faster than `first`, the first row.
Column speed_up(const BenchRow& first) {
  return {"speed-up", [ms = first.ms_per_image](const BenchRow& row) {
            return cell(ms / row.ms_per_image, 2);
          }};
}

/// The study's figure `key` of `device` at the row's batch, "-" where it has none.
Column study(const std::string& heading,
             const char* table,
             const char* device,
             const char* key,
             int decimals) {
  return {heading, [=](const BenchRow& row) {
            return cell(study_value(table, device, row.batch, key), decimals);
          }};
}

constexpr const char* kDevices[] = {"mk1", "mk2", "v100"};

/// One column for each of the study's devices.
void add_study(std::vector<Column>& columns,
               const char* unit,
               const char* table,
               const char* key,
               int decimals) {
  for (const char* device : kDevices) {
    columns.push_back(study(fmt::format("{} {}", device, unit), table, device, key, decimals));
  }
}

TerminalTable table_of(const std::vector<Column>& columns, const std::vector<BenchRow>& rows) {
  const auto line = [&](const auto& text_of) {
    std::vector<std::string> texts;
    for (const Column& column : columns) texts.push_back(text_of(column));
    return texts;
  };
  TerminalTable table(line([](const Column& column) { return column.heading; }));
  for (const BenchRow& row : rows) {
    table.add(line([&](const Column& column) { return column.text(row); }));
  }
  return table;
}

/// What the commands have in common: models, frames and meter at the beginning, files at the end.
struct TableBench {
  TableBench(const BenchRequest& bench_request, pipeline::Setup made)
      : request(bench_request), setup(std::move(made)), session(request) {
    session.print_head(setup);
  }

  /// The detector over all threads and batches asked for.
  void sweep_detector() {
    for (const int threads : threads_of(request)) {
      CpuBench bench(session, setup, request.setup.precision, threads);
      const BatchRunner runner = bench.batches(CpuStage::Detector);
      for (const int batch : batches_of(request)) {
        rows.push_back(measure_batches(runner, session, batch, request.images));
      }
    }
  }

  void finish(const std::string& command) const {
    fmt::print("study: {}\n", study_figures().at("source").get<std::string>());
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
                                 kImages,
                                 figure("run time s", &BenchRow::run_time_s, 3),
                                 figure("images/s", &BenchRow::images_per_s, 0),
                                 figure("ms/image", &BenchRow::ms_per_image, 4),
                                 speed_up(first),
                                 share("peak", &BenchRow::fma_peak_fraction),
                                 share("memory", &BenchRow::memory_bandwidth_fraction),
                                 figure("W", &BenchRow::watts, 1),
                                 figure("J/image", &BenchRow::joules_per_image, 5),
                                 figure("idle apart", &BenchRow::joules_per_image_above_idle, 5),
                                 figure("images/s/W", &BenchRow::images_per_s_per_w, 1)};
  add_study(columns, "im/s", "detector", "images_per_s", 0);
  table_of(columns, bench.rows).print();
  const double serial_ms = study_figures().at("detector_serial_ms_per_image");
  fmt::print("the study's serial BlazeFace: {} ms per image, {:.0f} times our first row\n",
             serial_ms,
             serial_ms / first.ms_per_image);
  for (const auto& row : study_figures().at("detector_optimized")) {
    fmt::print("the study's {} with I/O tiles and prefetch, batch {}: {:.0f} images/s\n",
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
        "bench landmarks --device cuda: found a GPU, expected cpu; `bench pipeline "
        "--device cuda` times its landmarks");
  }
  TableBench bench(request, std::move(setup));
  for (const int threads : threads_of(request)) {
    CpuBench stage(bench.session, bench.setup, request.setup.precision, threads);
    bench.rows.push_back(stage.measure_streams(CpuStage::Landmarks, request.images));
  }
  const std::vector<Column> columns = {
      {"who", [](const BenchRow&) { return std::string("this machine"); }},
      count("points", &BenchRow::landmarks),
      count("threads", &BenchRow::threads),
      kImages,
      figure("run time s", &BenchRow::run_time_s, 3),
      figure("images/s", &BenchRow::images_per_s, 0),
      figure("ms/image", &BenchRow::ms_per_image, 4),
      figure("p50", &BenchRow::ms_p50, 4),
      figure("p95", &BenchRow::ms_p95, 4),
      figure("p99", &BenchRow::ms_p99, 4),
      speed_up(bench.rows[0])};
  TerminalTable table = table_of(columns, bench.rows);
  for (const auto& row : study_figures().at("landmarks")) {
    const double ms = row.at("ms_per_image");
    const std::string processes = fmt::format("{}", row.at("processes").get<int>());
    table.add({"study: " + row.at("system").get<std::string>(),
               "-",
               processes,
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
                                 figure("least", &BenchRow::ms_min, 4),
                                 figure("images/s", &BenchRow::images_per_s, 0),
                                 figure("images/s/W", &BenchRow::images_per_s_per_w, 1),
                                 figure("J/image", &BenchRow::joules_per_image, 5),
                                 figure("idle apart", &BenchRow::joules_per_image_above_idle, 5)};
  add_study(columns, "ms", "latency", "latency_ms", 3);
  add_study(columns, "im/s/W", "latency", "images_per_s_per_w", 2);
  table_of(columns, bench.rows).print();
  fmt::print("latency of a batch, from handing over frames in memory to all of its faces\n");
  bench.finish("bench latency");
}

}  // namespace eyelid::app
