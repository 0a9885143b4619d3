// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <CLI/App.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "apps/command_line/json_output.hpp"
#include "apps/command_line/options.hpp"
#include "apps/command_line/value_names.hpp"
#include "eyelid/detection/anchors.hpp"
#include "eyelid/detection/box_decoding.hpp"
#include "eyelid/files/embedded_files.hpp"
#include "eyelid/frames/letterbox.hpp"
#include "eyelid/networks/blazeface_network.hpp"
#include "eyelid/video/frame_source.hpp"
#include "studies/commands.hpp"
#include "studies/ipu/command/simulation.hpp"
#include "studies/ipu/command/simulation_check.hpp"
#include "studies/ipu/execution.hpp"

namespace eyelid::files {
std::span<const EmbeddedFile> simulate_files();  // generated: cmake/embed_files.cmake
}  // namespace eyelid::files

namespace eyelid::ipu {
namespace {

void print_heading() {
  fmt::print("{:<38} {:>6} {:>5} {:>8} {:>5} {:>9} {:>9} {:>7} {:>10} {:>10} {}\n",
             "",
             "batch",
             "I/O",
             "prefetch",
             "async",
             "device ms",
             "step ms",
             "device",
             "latency ms",
             "images/s",
             "memory per tile");
}

void print_row(const std::string& name, const Simulation& simulation) {
  const SimulationRequest& request = simulation.request;
  const StreamRun& streams = simulation.streams;
  const double used_kib = simulation.program.peak_bytes_per_tile / 1024.0;
  fmt::print(
      "{:<38} {:>6} {:>5} {:>8} {:>5} {:>9.4f} {:>9.3f} {:>6.1f}% {:>10.3f} {:>10.0f} {:.0f} "
      "of {} KiB{}{}\n",
      name,
      request.batch,
      request.io_tiles,
      request.prefetch_depth,
      request.async_callbacks ? "yes" : "no",
      streams.device_ms,
      streams.step_ms,
      100.0 * streams.device_share,
      streams.latency_ms,
      streams.images_per_second,
      used_kib,
      simulation.program.chip.memory_bytes_per_tile / 1024,
      simulation.program.fits_memory ? "" : ": OUT OF MEMORY",
      request.io_tiles > 0 && !streams.io_tiles_used
          ? fmt::format("; I/O tiles dropped, they hold {}", simulation.io_tile_limit)
          : "");
}

/// A picture through the simulated chip, compared with our engine.
struct PictureCheck {
  float score = 0.0f;
  std::array<float, 4> box{};  // x, y, width, height in input pixels
  float engine_score = 0.0f;
  double max_difference = 0.0;  // of all logits and box numbers
  Execution execution;
};

PictureCheck run_picture(const std::filesystem::path& path,
                         const networks::BlazeFaceWeights& weights,
                         const Network& network,
                         Precision precision,
                         const Chip& chip) {
  frames::Letterbox letterbox(networks::kBlazeFaceInput_px);
  const GrayImage image = video::read_image(path);
  const GrayImage& picture = letterbox.fit(image);
  std::vector<float> input;
  for (int channel = 0; channel < network.tensors[0].channels; channel++) {
    for (int y = 0; y < picture.height(); y++) {
      for (int x = 0; x < picture.width(); x++) {
        input.push_back(static_cast<float>(picture.row(y)[x]) * weights.input_scale +
                        weights.input_offset);
      }
    }
  }
  PictureCheck check;
  check.execution = execute(compile(chip, network, {1, precision, 0}), network, input);
  const BlazeFaceResult result = blazeface_result(network, check.execution, 0);
  networks::BlazeFaceNetwork engine(networks::pack_blazeface(weights));
  const networks::BlazeFaceLogits& logits = engine.run(picture);
  std::vector<float> numbers(result.box_numbers.size());
  engine.all_box_numbers(numbers);
  const auto compare = [&](float ours, float engines) {
    check.max_difference = std::max<double>(check.max_difference, std::abs(ours - engines));
  };
  for (std::size_t i = 0; i < logits.size(); i++) compare(result.logits[i], logits[i]);
  for (std::size_t i = 0; i < numbers.size(); i++) compare(result.box_numbers[i], numbers[i]);
  const auto best = static_cast<std::size_t>(
      std::max_element(result.logits.begin(), result.logits.end()) - result.logits.begin());
  check.score = detection::sigmoid(result.logits[best]);
  check.engine_score = detection::sigmoid(*std::max_element(logits.begin(), logits.end()));
  const detection::FaceCandidate face =
      detection::decode_box(result.box_numbers.data() + 16 * best,
                            detection::anchor_center(static_cast<int>(best)),
                            check.score);
  check.box = {face.box.x, face.box.y, face.box.width, face.box.height};
  return check;
}

struct SimulateCommand {
  SimulationRequest request;
  bool wants_sweep = false;
  bool wants_grid = false;
  bool wants_check = false;
  bool wants_what_if = false;
  std::string layers;  // --validate FILE
  std::filesystem::path picture;
  std::filesystem::path model;
  std::filesystem::path json;
  std::filesystem::path html;

  void run();

 private:
  nlohmann::ordered_json show_one();
  void show_what_if(nlohmann::ordered_json& object);
  void show_sweep(nlohmann::ordered_json& object);
  void show_grid(nlohmann::ordered_json& object);
  void show_picture(nlohmann::ordered_json& object);
  void show_check(nlohmann::ordered_json& object);

  networks::BlazeFaceWeights weights_;
  Network network_;
  std::optional<Simulation> requested_;
};

nlohmann::ordered_json SimulateCommand::show_one() {
  requested_ = simulate(network_, request);
  const PhaseCycles cycles = requested_->program.cycles();
  const Chip& chip = requested_->program.chip;
  fmt::print("{}, {} tiles at {:.3f} GHz; BlazeFace front, {}, batch {}\n",
             chip.title,
             chip.tiles,
             chip.clock_hz * 1e-9,
             name_of(request.precision),
             request.batch);
  fmt::print(
      "device: {:.0f} cycles = {:.4f} ms in {} supersteps: compute {:.0f} %, exchange {:.0f} %, "
      "sync {:.0f} %\n",
      cycles.total(),
      requested_->program.milliseconds(),
      requested_->program.phases().size(),
      100 * cycles.compute / cycles.total(),
      100 * cycles.exchange / cycles.total(),
      100 * cycles.sync / cycles.total());
  fmt::print("host: {:.3f} ms of each step; peak memory of a tile in {}\n\n",
             requested_->host_ms(),
             requested_->program.peak_operation);
  print_heading();
  print_row("", *requested_);
  return figures_json(*requested_);
}

void SimulateCommand::show_what_if(nlohmann::ordered_json& object) {
  fmt::print("\nWhat if\n");
  print_heading();
  object["what_if"] = nlohmann::ordered_json::array();
  for (const WhatIf& change : what_would_change(network_, request)) {
    print_row(change.name, change.simulation);
    nlohmann::ordered_json row = {{"name", change.name}};
    row.update(figures_json(change.simulation));
    object["what_if"].push_back(row);
  }
}

void SimulateCommand::show_sweep(nlohmann::ordered_json& object) {
  fmt::print("\nBatch sizes\n");
  print_heading();
  object["sweep"] = nlohmann::ordered_json::array();
  int largest = 0;
  for (const Simulation& simulation : sweep_batches(network_, request)) {
    print_row("", simulation);
    object["sweep"].push_back(figures_json(simulation));
    if (simulation.program.fits_memory) largest = simulation.request.batch;
  }
  fmt::print("largest power of two that fits in memory: {}\n", largest);
  object["max_batch"] = largest;
}

void SimulateCommand::show_grid(nlohmann::ordered_json& object) {
  fmt::print("\nI/O tiles by prefetch depth, asynchronous callbacks\n");
  print_heading();
  object["grid"] = nlohmann::ordered_json::array();
  std::optional<Simulation> best;
  for (const Simulation& simulation : search_grid(network_, request)) {
    print_row("", simulation);
    object["grid"].push_back(figures_json(simulation));
    // Of equals the first: fewer I/O tiles, smaller prefetch depth.
    const bool is_better =
        simulation.program.fits_memory &&
        (!best || simulation.streams.images_per_second > best->streams.images_per_second * 1.0001);
    if (is_better) best = simulation;
  }
  if (!best) {
    fmt::print("nothing fits in memory\n");
    return;
  }
  fmt::print("best: {} I/O tiles, prefetch depth {}: {:.0f} images/s\n",
             best->request.io_tiles,
             best->request.prefetch_depth,
             best->streams.images_per_second);
  object["best"] = figures_json(*best);
}

void SimulateCommand::show_picture(nlohmann::ordered_json& object) {
  const PictureCheck check =
      run_picture(picture, weights_, network_, request.precision, requested_->program.chip);
  fmt::print(
      "\n{} through {:.0f} tile programs: face {:.3f} at ({:.1f}, {:.1f}), {:.1f} x {:.1f} px of "
      "the 128x128 input\nour engine on this processor: face {:.3f}; max difference over all "
      "896 logits and 896 x 16 box numbers {:.2g}\n",
      picture.string(),
      check.execution.tile_runs,
      check.score,
      check.box[0],
      check.box[1],
      check.box[2],
      check.box[3],
      check.engine_score,
      check.max_difference);
  object["picture"] = {{"image", picture.string()},
                       {"score", check.score},
                       {"box", check.box},
                       {"engine_score", check.engine_score},
                       {"max_difference", check.max_difference},
                       {"tile_runs", check.execution.tile_runs},
                       {"exchanged_bytes", check.execution.exchanged_bytes}};
}

void SimulateCommand::show_check(nlohmann::ordered_json& object) {
  if (layers.empty()) {
    fmt::print("\nlayers not checked: --validate has no file\n");
    object["layers"] = nlohmann::ordered_json::array();
  } else {
    object["layers"] = check_layers(layers);
  }
  object["tables"] = check_tables(network_);
}

void SimulateCommand::run() {
  weights_ = model.empty() ? networks::embedded_blazeface() : networks::load_blazeface(model);
  network_ = blazeface_network(weights_);
  nlohmann::ordered_json object = app::json_head("simulate ipu");
  object.update(show_one());
  if (wants_what_if || !html.empty()) show_what_if(object);
  if (wants_sweep) show_sweep(object);
  if (wants_grid) show_grid(object);
  if (!picture.empty()) show_picture(object);
  if (wants_check) show_check(object);
  if (!json.empty()) app::write_json(json, object);
  if (html.empty()) return;
  object["timeline"] = timeline_json(*requested_);
  app::write_html(html,
                  "study.html",
                  files::simulate_files(),
                  fmt::format("BlazeFace on {}", requested_->program.chip.title),
                  object);
}

void add_ipu_options(CLI::App& app, SimulateCommand& command) {
  SimulationRequest& request = command.request;
  app.add_option("--chip", request.chip, "Generation of the chip")
      ->check(CLI::IsMember(chip_names()))
      ->capture_default_str();
  app.add_option("--batch", request.batch, "Images per step")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  app.add_option("--io-tiles", request.io_tiles, "Tiles reserved for input and output")
      ->check(CLI::Range(0, 1471))
      ->capture_default_str();
  app.add_option("--prefetch-depth", request.prefetch_depth, "Number of batches prefetched")
      ->check(CLI::Range(1, 255))
      ->capture_default_str();
  app.add_flag("--async-callbacks", request.async_callbacks, "Receive results in other threads");
  app.add_option(
         "--steps-per-execution", request.steps_per_execution, "Steps per execution of the program")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  app::add_choice(app,
                  "--precision",
                  request.precision,
                  {{"f32", Precision::F32}, {"f16", Precision::F16}},
                  "Precision on the chip");
  app.add_option("--input", request.input, "Element type of the input (default: as --precision)")
      ->check(CLI::IsMember({"f32", "f16", "uint8"}));
  app.add_flag("--what-if",
               command.wants_what_if,
               "Show the effect of half precision, 8-bit input, longer device loops and overlap");
  app.add_flag("--sweep",
               command.wants_sweep,
               "Increase the batch size, 1, 2, 4, ..., until memory is full");
  app.add_flag(
      "--grid", command.wants_grid, "Search I/O tiles and prefetch depth for the best throughput");
  app.add_option("--validate",
                 command.layers,
                 "Check the host model against the study's tables, and the device model against a "
                 "CSV file of layers")
      ->type_name(app::kPath)
      ->expected(0, 1);
  app.add_option("--detector-model", command.model, "BlazeFace weights (default: embedded)")
      ->type_name(app::kPath);
  app::add_html_option(app, command.html);
  app.add_option("image", command.picture, "Image to run through the simulated chip")
      ->type_name(app::kPath);
  app::add_json_option(app, command.json);
}

}  // namespace

void add_simulate_command(CLI::App& app) {
  auto command = std::make_shared<SimulateCommand>();
  CLI::App* simulate = app.add_subcommand("simulate", "Simulate discontinued hardware");
  simulate->require_subcommand(1);
  CLI::App* ipu = simulate->add_subcommand(
      "ipu", "Simulate BlazeFace on Graphcore's IPU: the chip, tile by tile, and its host");
  add_ipu_options(*ipu, *command);
  const CLI::Option* check = ipu->get_option("--validate");
  ipu->callback([command, check] {
    command->wants_check = check->count() > 0;
    command->run();
  });
}

}  // namespace eyelid::ipu
