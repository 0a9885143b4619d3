// SPDX-License-Identifier: MIT
#include "training/speed_command.hpp"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "eyelid/compute/machine.hpp"
#include "eyelid/files/atomic_file.hpp"
#include "training/detector/training_speed.hpp"
#include "training/line_plot.hpp"

namespace eyelid::training {
namespace {

const std::map<std::string, NetworkKernels> kKernels = {{"eyelid", NetworkKernels::Eyelid},
                                                        {"torch", NetworkKernels::Torch}};
/// Pictures per epoch of the data sets of the published study. Only their number matters here: the
/// network is timed on synthetic pictures of its own input size.
const std::map<std::string, int> kPictures = {
    {"fddb", 2845}, {"300w-lp", 61225}, {"synthetic", 10000}};

struct SpeedCommand {
  NetworkKernels kernels = NetworkKernels::Eyelid;
  std::string device = "cpu";
  std::string dataset = "synthetic";
  std::vector<int> batches = {1, 2, 4, 8, 16, 32, 48, 64, 128};
  int threads = 1;
  double seconds = 3.0;
  bool prints_json = false;
  std::filesystem::path json, plot;

  void run() const;
  std::string title() const {
    return fmt::format("{} kernels, {}, {} thread(s), {}",
                       kernels == NetworkKernels::Eyelid ? "eyelid" : "torch",
                       device,
                       threads,
                       compute::this_machine().cpu_model);
  }
};

nlohmann::ordered_json row_of(const SpeedCommand& command, const TrainingSpeed& speed) {
  return {{"kernels", command.kernels == NetworkKernels::Eyelid ? "eyelid" : "torch"},
          {"device", command.device},
          {"threads", command.threads},
          {"batch", speed.batch_size},
          {"steps", speed.steps},
          {"best_ms", speed.best_ms},
          {"median_ms", speed.median_ms},
          {"cpu_ms", speed.cpu_ms},
          {"images_per_s", speed.images_per_s()},
          {"best_images_per_s", speed.best_images_per_s()},
          {"epoch_s", kPictures.at(command.dataset) / speed.images_per_s()}};
}

std::string plot_of(const std::string& title, const std::vector<TrainingSpeed>& speeds) {
  PlotLine line{.name = "", .color = "#000", .points = {}};
  for (const TrainingSpeed& speed : speeds) {
    line.points.emplace_back(speed.batch_size, speed.images_per_s());
  }
  const auto [smallest, largest] = std::minmax_element(line.points.begin(), line.points.end());
  const auto [slowest, fastest] =
      std::ranges::minmax_element(line.points, {}, &std::pair<double, double>::second);
  const PlotPanel panel{.title = "images per second (median step) by batch size: " + title,
                        .x = {.first = smallest->first, .last = largest->first, .is_log2 = true},
                        .y = {.first = std::exp2(std::floor(std::log2(slowest->second))),
                              .last = std::exp2(std::ceil(std::log2(fastest->second))),
                              .is_log2 = true},
                        .lines = {line},
                        .marks_points = true};
  return line_plot({panel}, "");
}

void SpeedCommand::run() const {
  const int pictures = kPictures.at(dataset);
  if (!prints_json) {
    fmt::print("{}\n", title());
    fmt::print(
        "forward pass, loss, backward pass and optimizer on synthetic 128x128 pictures, without "
        "loading; one epoch: {} pictures ({})\n",
        pictures,
        dataset);
    fmt::print("{:>6} {:>10} {:>10} {:>12} {:>10}\n",
               "batch",
               "best ms",
               "median ms",
               "images/s",
               "s/epoch");
  }
  std::vector<TrainingSpeed> speeds;
  auto rows = nlohmann::ordered_json::array();
  for (const int batch : batches) {
    const TrainingSpeed& speed =
        speeds.emplace_back(measure_training_speed(kernels, device, batch, threads, seconds));
    rows.push_back(row_of(*this, speed));
    if (prints_json) {
      fmt::print("{}\n", rows.back().dump());
    } else {
      fmt::print("{:>6} {:>10.2f} {:>10.2f} {:>12.1f} {:>10.1f}\n",
                 batch,
                 speed.best_ms,
                 speed.median_ms,
                 speed.images_per_s(),
                 pictures / speed.images_per_s());
    }
    std::fflush(stdout);
  }
  if (!json.empty()) {
    const nlohmann::ordered_json object = {{"command", "bench training"},
                                           {"machine", compute::this_machine().cpu_model},
                                           {"dataset", dataset},
                                           {"pictures_per_epoch", pictures},
                                           {"pictures", "synthetic, of the network's input size"},
                                           {"rows", rows}};
    files::write_file(json, object.dump(2) + "\n");
  }
  if (!plot.empty()) files::write_file(plot, plot_of(title(), speeds));
}

}  // namespace

std::function<void()> add_speed_options(CLI::App& command) {
  auto speed = std::make_shared<SpeedCommand>();
  command.add_option("--dataset", speed->dataset, "Data set whose size defines an epoch")
      ->check(CLI::IsMember({"fddb", "300w-lp", "synthetic"}))
      ->capture_default_str();
  command.add_option("--batches", speed->batches, "Batch sizes")
      ->delimiter(',')
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  command.add_option("--kernels", speed->kernels, "Kernels of the network: eyelid or torch")
      ->transform(CLI::CheckedTransformer(kKernels));
  command.add_option("--device", speed->device, "Device: cpu; with --kernels torch also cuda")
      ->capture_default_str();
  command.add_option("--threads", speed->threads, "Threads of the network")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command.add_option("--seconds", speed->seconds, "Measurement time per batch size")
      ->capture_default_str();
  command.add_flag("--json-lines", speed->prints_json, "Print one JSON object per batch size");
  command.add_option("--json", speed->json, "Also write the results to this file as JSON");
  command.add_option("--plot", speed->plot, "Also write a plot to this file (.svg)");
  return [speed] { speed->run(); };
}

}  // namespace eyelid::training
