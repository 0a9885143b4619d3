// SPDX-License-Identifier: MIT
#include "studies/speed/bench_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>

#include "apps/command_line/json_output.hpp"
#include "eyelid/core/statistics.hpp"
#include "eyelid/files/embedded_files.hpp"

namespace eyelid::files {
std::span<const EmbeddedFile> bench_files();  // generated: cmake/embed_files.cmake
}  // namespace eyelid::files

namespace eyelid::speed {
namespace {

nlohmann::ordered_json row_json(const BenchRow& row) {
  return {{"stage", row.stage},
          {"device", row.device},
          {"precision", row.precision},
          {"threads", row.threads},
          {"batch", row.batch},
          {"landmarks", row.landmarks > 0 ? nlohmann::ordered_json(row.landmarks) : nullptr},
          {"ms_per_image", app::json_number(row.ms_per_image)},
          {"ms_p50", app::json_number(row.ms_p50)},
          {"ms_p95", app::json_number(row.ms_p95)},
          {"ms_p99", app::json_number(row.ms_p99)},
          {"images_per_s", app::json_number(row.images_per_s)},
          {"images_per_s_per_w", app::json_number(row.images_per_s_per_w)},
          {"fma_peak_fraction", app::json_number(row.fma_peak_fraction)},
          {"memory_bandwidth_fraction", app::json_number(row.memory_bandwidth_fraction)},
          {"ms_min", app::json_number(row.ms_min)},
          {"images", row.images},
          {"run_time_s", app::json_number(row.run_time_s)},
          {"watts", app::json_number(row.watts)},
          {"joules_per_image", app::json_number(row.joules_per_image)},
          {"joules_per_image_above_idle", app::json_number(row.joules_per_image_above_idle)},
          {"host_ms", app::json_number(row.host_ms)},
          {"upload_ms", app::json_number(row.upload_ms)},
          {"device_ms", app::json_number(row.device_ms)},
          {"download_ms", app::json_number(row.download_ms)}};
}

}  // namespace

const nlohmann::json& study_figures() {
  static const nlohmann::json figures =
      nlohmann::json::parse(files::embedded_text(files::bench_files(), "study_figures.json"));
  return figures;
}

double study_value(const char* table, const char* device, int batch, const char* key) {
  for (const auto& row : study_figures().at(table).at(device)) {
    if (row.at("batch") == batch) return row.at(key).get<double>();
  }
  return kAbsent;
}

void print_study_source() {
  fmt::print("study: {}\n", study_figures().at("source").get<std::string>());
}

void print_study_pipeline(int landmarks) {
  for (const auto& row : study_figures().at("pipeline")) {
    if (row.at("landmarks") != landmarks) continue;
    fmt::print("study, whole pipeline with {}: {} ms per image\n",
               row.at("device").get<std::string>(),
               row.at("ms_per_image").get<double>());
  }
}

void set_percentiles(const std::vector<double>& call_ms, BenchRow& row) {
  if (call_ms.empty()) return;
  row.ms_p50 = nearest_rank(call_ms, 0.50);
  row.ms_p95 = nearest_rank(call_ms, 0.95);
  row.ms_p99 = nearest_rank(call_ms, 0.99);
  row.ms_min = *std::ranges::min_element(call_ms);
}

void set_energy(double joules, const BenchConditions& conditions, BenchRow& row) {
  const auto images = static_cast<double>(row.images);
  row.watts = joules / row.run_time_s;
  row.joules_per_image = joules / images;
  row.joules_per_image_above_idle =
      row.joules_per_image - conditions.idle_watts * row.run_time_s / images;
  row.images_per_s_per_w = row.images_per_s / row.watts;
}

nlohmann::ordered_json bench_json(const std::string& command,
                                  const BenchConditions& conditions,
                                  const std::vector<BenchRow>& rows) {
  nlohmann::ordered_json object = app::json_head(command);
  object["conditions"] = {
      {"power_meter", conditions.power_meter},
      {"power_is_reading", conditions.power_is_reading},
      {"idle_watts", app::json_number(conditions.idle_watts)},
      {"fma_peak_precision", conditions.fma_peak_precision},
      {"fma_peak_gmacs_per_thread", app::json_number(conditions.fma_peak_gmacs)},
      {"read_bandwidth_gb_per_s", app::json_number(conditions.read_bandwidth_gb_per_s)}};
  object["rows"] = nlohmann::ordered_json::array();
  for (const BenchRow& row : rows) object["rows"].push_back(row_json(row));
  return object;
}

void write_bench(const BenchOutputs& outputs, const nlohmann::ordered_json& object) {
  if (!outputs.json.empty()) app::write_json(outputs.json, object);
  if (outputs.html.empty()) return;
  nlohmann::ordered_json data = object;
  data["study"] = study_figures();
  app::write_html(outputs.html,
                  "study.html",
                  files::bench_files(),
                  "eyelid " + object["command"].get<std::string>(),
                  data);
}

}  // namespace eyelid::speed
