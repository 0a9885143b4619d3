// SPDX-License-Identifier: MIT
#include "studies/speed/bench_rows.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>

#include "apps/command_line/json_output.hpp"
#include "eyelid/core/statistics.hpp"
#include "eyelid/files/atomic_file.hpp"
#include "eyelid/files/embedded_files.hpp"
#include "eyelid/reports/report_page.hpp"

namespace eyelid::files {
std::span<const EmbeddedFile> bench_files();  // generated: cmake/embed_files.cmake
}  // namespace eyelid::files

namespace eyelid::app {
namespace {

nlohmann::ordered_json row_json(const BenchRow& row) {
  return {{"stage", row.stage},
          {"device", row.device},
          {"precision", row.precision},
          {"threads", row.threads},
          {"batch", row.batch},
          {"landmarks", row.landmarks > 0 ? nlohmann::ordered_json(row.landmarks) : nullptr},
          {"ms_per_image", json_number(row.ms_per_image)},
          {"ms_p50", json_number(row.ms_p50)},
          {"ms_p95", json_number(row.ms_p95)},
          {"ms_p99", json_number(row.ms_p99)},
          {"images_per_s", json_number(row.images_per_s)},
          {"images_per_s_per_w", json_number(row.images_per_s_per_w)},
          {"fma_peak_fraction", json_number(row.fma_peak_fraction)},
          {"memory_bandwidth_fraction", json_number(row.memory_bandwidth_fraction)},
          {"ms_min", json_number(row.ms_min)},
          {"images", row.images},
          {"run_time_s", json_number(row.run_time_s)},
          {"watts", json_number(row.watts)},
          {"joules_per_image", json_number(row.joules_per_image)},
          {"joules_per_image_above_idle", json_number(row.joules_per_image_above_idle)},
          {"host_ms", json_number(row.host_ms)},
          {"upload_ms", json_number(row.upload_ms)},
          {"device_ms", json_number(row.device_ms)},
          {"download_ms", json_number(row.download_ms)}};
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

void set_percentiles(const std::vector<double>& call_ms, BenchRow& row) {
  if (call_ms.empty()) return;
  row.ms_p50 = nearest_rank(call_ms, 0.50);
  row.ms_p95 = nearest_rank(call_ms, 0.95);
  row.ms_p99 = nearest_rank(call_ms, 0.99);
  row.ms_min = *std::ranges::min_element(call_ms);
}

nlohmann::ordered_json bench_json(const std::string& command,
                                  const BenchConditions& conditions,
                                  const std::vector<BenchRow>& rows) {
  nlohmann::ordered_json object = json_head(command);
  object["conditions"] = {
      {"power_meter", conditions.power_meter},
      {"power_is_reading", conditions.power_is_reading},
      {"idle_watts", json_number(conditions.idle_watts)},
      {"fma_peak_precision", conditions.fma_peak_precision},
      {"fma_peak_gmacs_per_thread", json_number(conditions.fma_peak_gmacs)},
      {"read_bandwidth_gb_per_s", json_number(conditions.read_bandwidth_gb_per_s)}};
  object["rows"] = nlohmann::ordered_json::array();
  for (const BenchRow& row : rows) object["rows"].push_back(row_json(row));
  return object;
}

void write_bench(const BenchOutputs& outputs, const nlohmann::ordered_json& object) {
  if (!outputs.json.empty()) write_json(outputs.json, object);
  if (outputs.html.empty()) return;
  nlohmann::ordered_json data = object;
  data["study"] = study_figures();
  const auto replace = nlohmann::json::error_handler_t::replace;
  files::AtomicFile file(outputs.html);
  file.write(reports::fill_page("bench.html",
                                files::bench_files(),
                                "eyelid " + object["command"].get<std::string>(),
                                data.dump(-1, ' ', false, replace)));
  file.commit();
}

}  // namespace eyelid::app
