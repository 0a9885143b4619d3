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
#include <vector>

#include "eyelid/compute/machine.hpp"
#include "eyelid/files/atomic_file.hpp"
#include "training/detector/training_speed.hpp"

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

void replace(const std::filesystem::path& path, const std::string& text) {
  files::AtomicFile file(path);
  file.write(text);
  file.commit();
}

/// Images per second (median step) over batch size, both logarithmic.
std::string plot_of(const std::string& title, const std::vector<TrainingSpeed>& speeds) {
  constexpr double kLeft = 70, kTop = 40, kWidth = 560, kHeight = 320;
  double fastest = 1.0, slowest = 1e12, largest = 2.0, smallest = 1e9;
  for (const TrainingSpeed& speed : speeds) {
    fastest = std::max(fastest, speed.images_per_s());
    slowest = std::min(slowest, speed.images_per_s());
    largest = std::max<double>(largest, speed.batch_size);
    smallest = std::min<double>(smallest, speed.batch_size);
  }
  const double top = std::exp2(std::ceil(std::log2(fastest)));
  const double bottom = std::min(std::exp2(std::floor(std::log2(slowest))), top / 2);
  const auto x_of = [&](double batch) {
    return kLeft + kWidth * std::log2(batch / smallest) / std::log2(largest / smallest * 1.0001);
  };
  const auto y_of = [&](double rate) {
    return kTop + kHeight * std::log2(top / rate) / std::log2(top / bottom);
  };
  std::string marks, points;
  for (double rate = bottom; rate <= top; rate *= 2) {
    marks += fmt::format(
        "<line x1='{0}' x2='{1}' y1='{2:.1f}' y2='{2:.1f}' stroke='#ddd'/>"
        "<text x='{3}' y='{4:.1f}' text-anchor='end'>{5:g}</text>\n",
        kLeft,
        kLeft + kWidth,
        y_of(rate),
        kLeft - 6,
        y_of(rate) + 4,
        rate);
  }
  for (const TrainingSpeed& speed : speeds) {
    const double x = x_of(speed.batch_size), y = y_of(speed.images_per_s());
    points += fmt::format("{:.1f},{:.1f} ", x, y);
    marks += fmt::format(
        "<circle cx='{0:.1f}' cy='{1:.1f}' r='3.5'/>"
        "<text x='{0:.1f}' y='{2}' text-anchor='middle'>{3}</text>\n",
        x,
        y,
        kTop + kHeight + 18,
        speed.batch_size);
  }
  return fmt::format(
      "<svg xmlns='http://www.w3.org/2000/svg' width='{0}' height='{1}' viewBox='0 0 {0} {1}' "
      "font-family='sans-serif' font-size='12'><rect width='100%' height='100%' fill='white'/>\n"
      "<text x='{2}' y='22'>images per second (median step) by batch size: {3}</text>\n{4}"
      "<polyline points='{5}' fill='none' stroke='black' stroke-width='1.5'/></svg>\n",
      kLeft + kWidth + 40,
      kTop + kHeight + 40,
      20,
      title,
      marks,
      points);
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
    replace(json, object.dump(2) + "\n");
  }
  if (!plot.empty()) replace(plot, plot_of(title(), speeds));
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
