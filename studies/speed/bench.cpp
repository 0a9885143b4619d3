// SPDX-License-Identifier: MIT
#include <CLI/App.hpp>
#include <memory>
#include <string>

#include "apps/command_line/command.hpp"
#include "apps/command_line/detector_trainer.hpp"
#include "studies/speed/bench_realtime.hpp"
#include "studies/speed/bench_tables.hpp"

namespace eyelid::app {
namespace {

void add_bench(CLI::App& bench,
               const std::string& name,
               const std::string& description,
               const char* batches,
               void (*run)(const BenchRequest&)) {
  auto request = std::make_shared<BenchRequest>();
  CLI::App* app = bench.add_subcommand(name, description);
  const bool has_batches = *batches != '\0';
  if (has_batches) request->batches = batches;
  add_bench_options(*app, *request, has_batches);
  if (name == "pipeline") {
    app->add_flag(
        "--memory-only", request->is_memory_only, "Only what begins with frames in memory");
    request->batches = "64,512,1024";
    app->add_option("--batches,--batch", request->batches, "List of batches, with --device cuda")
        ->capture_default_str();
  }
  app->callback([request, run] {
    if (!request->threads.empty()) request->setup.threads = threads_of(*request).back();
    run(*request);
  });
}

}  // namespace

void add_bench_command(CLI::App& app) {
  CLI::App* bench = app.add_subcommand(
      "bench", "How fast this machine is, beside the published study of MK1, MK2 and V100");
  bench->require_subcommand(1);
  add_bench(*bench,
            "detector",
            "Face detection: throughput by batch, energy",
            "1,2,4,8,16,32,64,128,256,512",
            bench_detector);
  add_bench(*bench,
            "landmarks",
            "Landmarks and eye aspect ratio, boxes given: by threads",
            "",
            bench_landmarks);
  add_bench(*bench,
            "pipeline",
            "Every stage from file to closure, with and without overlap",
            "",
            bench_pipeline);
  add_bench(*bench,
            "latency",
            "Face detection: latency of a batch, energy",
            "1,2,4,6,8,10,12,14,16",
            bench_latency);
  add_bench_realtime(*bench);
  add_bench_compare(*bench);
  CLI::App* training = bench->add_subcommand(
      "training", "Training speed by batch size; runs eyelid-train, see eyelid-train speed --help");
  training->prefix_command();
  training->set_help_flag();
  training->callback([training] { run_detector_trainer("speed", training->remaining()); });
}

}  // namespace eyelid::app
