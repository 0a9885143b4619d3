// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <limits>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace eyelid::speed {

inline constexpr double kAbsent = std::numeric_limits<double>::quiet_NaN();

/// One measured line of `eyelid bench`, whatever ran it. kAbsent: not measured here, null in JSON.
struct BenchRow {
  std::string stage;  // "detector", "landmarks", "whole_frame", "decoding", ...
  std::string device = "cpu";
  std::string precision = "f32";
  int threads = 1;
  int batch = 1;
  int landmarks = 0;  // 0: none in this stage
  std::int64_t images = 0;
  double run_time_s = kAbsent;
  double ms_per_image = kAbsent;
  double ms_p50 = kAbsent;  // of one call, that is, of one batch
  double ms_p95 = kAbsent;
  double ms_p99 = kAbsent;
  double ms_min = kAbsent;
  double images_per_s = kAbsent;
  double watts = kAbsent;  // mean of the run
  double joules_per_image = kAbsent;
  double joules_per_image_above_idle = kAbsent;
  double images_per_s_per_w = kAbsent;
  double fma_peak_fraction = kAbsent;
  double memory_bandwidth_fraction = kAbsent;
  // On a GPU, per batch: copying on the host, transfers, kernels.
  double host_ms = kAbsent;
  double upload_ms = kAbsent;
  double device_ms = kAbsent;
  double download_ms = kAbsent;
};

/// The machine while the rows were measured.
struct BenchConditions {
  std::string power_meter;        // its name, or why there is none
  bool power_is_reading = false;  // false also where there is none
  double idle_watts = kAbsent;
  std::string fma_peak_precision = "f32";
  double fma_peak_gmacs = kAbsent;           // of one thread, in that precision
  double read_bandwidth_gb_per_s = kAbsent;  // of all threads
};

/// The study's tables (page/study_figures.json, with their source).
const nlohmann::json& study_figures();
/// A figure of one of its tables by device and batch, kAbsent where it has none.
double study_value(const char* table, const char* device, int batch, const char* key);
/// One line on the terminal: where the study was published.
void print_study_source();
/// One line on the terminal for each figure of the study's whole pipeline with so many landmarks.
void print_study_pipeline(int landmarks);

/// p50, p95, p99 and minimum of the times of the calls, in any order.
void set_percentiles(const std::vector<double>& call_ms, BenchRow& row);
/// Power and energy figures from the energy of the whole run; images, run time and rate must be
/// set.
void set_energy(double joules, const BenchConditions& conditions, BenchRow& row);

/// {"command", "version", "machine", "conditions", "rows"}.
nlohmann::ordered_json bench_json(const std::string& command,
                                  const BenchConditions& conditions,
                                  const std::vector<BenchRow>& rows);

/// Files for the results; empty: none.
struct BenchOutputs {
  std::filesystem::path json;
  std::filesystem::path html;
};
void write_bench(const BenchOutputs& outputs, const nlohmann::ordered_json& object);

}  // namespace eyelid::speed
