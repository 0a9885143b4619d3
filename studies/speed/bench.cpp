// SPDX-License-Identifier: MIT
#include <CLI/App.hpp>
#include <memory>

#include "apps/command_line/detector_trainer.hpp"
#include "studies/commands.hpp"
#include "studies/speed/bench_tables.hpp"

namespace eyelid::speed {
namespace {

/// `batches`: the default of --batches; null: the table has no such option.
void add_table(CLI::App& bench,
               const char* name,
               const char* description,
               const char* batches,
               void (*run)(const BenchRequest&)) {
  auto request = std::make_shared<BenchRequest>();
  CLI::App& app = *bench.add_subcommand(name, description);
  add_table_options(app, *request);
  const bool is_pipeline = run == bench_pipeline;
  if (batches != nullptr) {
    request->batches = batches;
    app.add_option("--batches,--batch",
                   request->batches,
                   is_pipeline ? "Batch sizes, with --device cuda"
                               : "Batch sizes, for example 1,2,4,...,512")
        ->capture_default_str();
  }
  if (is_pipeline) {
    app.add_flag("--memory-only",
                 request->is_memory_only,
                 "Measure only the stages that start from frames in memory");
  }
  app.callback([request, run] { run(*request); });
}

}  // namespace

void add_bench_command(CLI::App& app) {
  CLI::App* bench = app.add_subcommand(
      "bench",
      "Measure the speed of this machine, with the published figures of MK1, MK2 and V100");
  bench->require_subcommand(1);
  add_table(*bench,
            "detector",
            "Measure face detection: throughput by batch size, energy",
            "1,2,4,8,16,32,64,128,256,512",
            bench_detector);
  add_table(*bench,
            "landmarks",
            "Measure landmarks and eye aspect ratio in given boxes, by number of threads",
            nullptr,
            bench_landmarks);
  add_table(*bench,
            "pipeline",
            "Measure every stage from file to closure, with and without overlap",
            "64,512,1024",
            bench_pipeline);
  add_table(*bench,
            "latency",
            "Measure face detection: latency of a batch, energy",
            "1,2,4,6,8,10,12,14,16",
            bench_latency);
  add_bench_realtime(*bench);
  add_bench_compare(*bench);
  CLI::App* training = bench->add_subcommand(
      "training",
      "Measure training by batch size; runs eyelid-train, see `eyelid-train speed --help`");
  training->prefix_command();
  training->set_help_flag();
  training->callback([training] { app::run_detector_trainer("speed", training->remaining()); });
}

}  // namespace eyelid::speed
