// SPDX-License-Identifier: MIT
#include "studies/ipu/command/simulation_check.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "apps/command_line/json_output.hpp"
#include "apps/command_line/progress.hpp"
#include "studies/ipu/study.hpp"
#include "studies/ipu/training_step.hpp"

namespace eyelid::ipu {

namespace {

nlohmann::ordered_json layer_json(const std::string& chip,
                                  const ReferenceLayer& row,
                                  const TrainingStep& step,
                                  double reference) {
  const PhaseCycles cycles = sum_of(step.phases);
  return {{"layer", row.layer.name},
          {"chip", chip},
          {"predicted_cycles", std::round(step.cycles)},
          {"reference_cycles",
           reference > 0.0 ? nlohmann::ordered_json(reference) : nlohmann::ordered_json(nullptr)},
          {"forward", std::round(step.forward.cycles)},
          {"backward", std::round(step.backward.cycles)},
          {"weight_update", std::round(step.weight_update.cycles)},
          {"compute", std::round(cycles.compute)},
          {"exchange", std::round(cycles.exchange)},
          {"sync", std::round(cycles.sync)}};
}

}  // namespace

nlohmann::ordered_json check_layers(const std::filesystem::path& path) {
  const std::vector<ReferenceLayer> rows = read_reference_layers(path);
  nlohmann::ordered_json layers = nlohmann::ordered_json::array();
  fmt::print(
      "\nDevice model against Poplar's IPUModel: forward, backward and weight update, half "
      "precision, cycles\n");
  for (const char* name : {"mk1", "mk2"}) {
    const Chip chip = ipu::chip(name);
    fmt::print("{:<4} {:<26} {:>9} {:>9} {:>6}   {:>8} {:>8} {:>8}\n",
               "chip",
               "layer",
               "model",
               "reference",
               "ratio",
               "forward",
               "backward",
               "update");
    double logarithms = 0.0;
    int compared = 0, within = 0;
    for (const ReferenceLayer& row : rows) {
      const TrainingStep step = plan_training_step(chip, row.layer, Precision::F16);
      const double reference = std::string(name) == "mk1" ? row.mk1_cycles : row.mk2_cycles;
      const double ratio = step.cycles / reference;
      if (reference > 0.0) {
        logarithms += std::log(ratio);
        compared++;
        within += ratio < 1.5 && ratio > 1.0 / 1.5 ? 1 : 0;
      }
      fmt::print("{:<4} {:<26} {:>9.0f} {:>9} {:>6}   {:>8.0f} {:>8.0f} {:>8.0f}\n",
                 name,
                 row.layer.name,
                 step.cycles,
                 reference > 0.0 ? fmt::format("{:.0f}", reference) : "-",
                 reference > 0.0 ? fmt::format("{:.2f}", ratio) : "-",
                 step.forward.cycles,
                 step.backward.cycles,
                 step.weight_update.cycles);
      layers.push_back(layer_json(name, row, step, reference));
    }
    if (compared == 0) continue;
    fmt::print("{}: geometric mean of model / reference {:.3f}, {} of {} within a factor of 1.5\n",
               name,
               std::exp(logarithms / compared),
               within,
               compared);
  }
  return layers;
}

nlohmann::ordered_json check_tables(const Network& network) {
  std::vector<StudyPoint> points = study_points();
  fmt::print("\nHost model fitted to the study's tables (does not validate the device model)\n");
  {
    app::Progress progress("compiling the study", "programs");
    const auto total = static_cast<std::int64_t>(points.size());
    add_device_times(network, points, [&](std::size_t done) {
      progress.update(static_cast<std::int64_t>(done), total);
    });
  }
  const StudyCheck check = check_study(network, points);
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  fmt::print("{:<12} {:<4} {:>5} {:>12} {:>10} {:>7} {:>11} {:>13}\n",
             "table",
             "chip",
             "batch",
             "published ms",
             "model ms",
             "error",
             "device ms",
             "device share");
  for (std::size_t i = 0; i < points.size(); i++) {
    const StudyPoint& point = points[i];
    const double predicted = check.predicted_ms[i];
    fmt::print("{:<12} {:<4} {:>5} {:>12.3f} {:>10.3f} {:>6.1f}% {:>11.3f} {:>12.1f}%\n",
               point.table,
               point.chip,
               point.batch,
               point.step_ms,
               predicted,
               100.0 * (predicted / point.step_ms - 1.0),
               point.device_ms,
               100.0 * point.device_ms / point.step_ms);
    rows.push_back({{"table", point.table},
                    {"chip", point.chip},
                    {"batch", point.batch},
                    {"published_ms", point.step_ms},
                    {"predicted_ms", predicted},
                    {"device_ms", point.device_ms},
                    {"device_share", point.device_ms / point.step_ms}});
  }
  const HostConstants& host = check.constants.mk1;
  fmt::print(
      "without overlap, 32 points: MAPE {:.1f} %, max {:.1f} %; leave-one-out {:.1f} %, max "
      "{:.1f} %; fitted to batch sizes up to 8, extrapolated {:.1f} %, max {:.1f} %\n"
      "overlapped, 2 points, one constant: max {:.1f} %\n"
      "fitted: call {:.3f} ms (MK1 host), {:.3f} ms (MK2 host); saved by I/O tiles {:.3f} ms; "
      "per image {:.4f} ms, including stream buffer {:.4f} ms and {:.4f} ms inside the call\n",
      100 * check.mape,
      100 * check.max_error,
      100 * check.leave_one_out_mape,
      100 * check.leave_one_out_max,
      100 * check.extrapolation_mape,
      100 * check.extrapolation_max,
      100 * check.overlapped_max,
      host.call_ms,
      check.constants.mk2.call_ms,
      host.io_tiles_call_saving_ms,
      host.image_ms,
      host.infeed_copy_ms,
      host.call_image_ms);
  return {{"mape", check.mape},
          {"max_error", check.max_error},
          {"leave_one_out_mape", check.leave_one_out_mape},
          {"leave_one_out_max_error", check.leave_one_out_max},
          {"extrapolation_mape", check.extrapolation_mape},
          {"extrapolation_max_error", check.extrapolation_max},
          {"overlapped_max_error", check.overlapped_max},
          {"fitted",
           {{"call_ms", {{"mk1", host.call_ms}, {"mk2", check.constants.mk2.call_ms}}},
            {"io_tiles_call_saving_ms", host.io_tiles_call_saving_ms},
            {"image_ms", host.image_ms},
            {"infeed_copy_ms", host.infeed_copy_ms},
            {"call_image_ms", host.call_image_ms}}},
          {"points", rows}};
}

}  // namespace eyelid::ipu
