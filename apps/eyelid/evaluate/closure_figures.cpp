// SPDX-License-Identifier: MIT
#include "apps/eyelid/evaluate/closure_figures.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "apps/command_line/json_output.hpp"

namespace eyelid::app {
namespace {

std::string figure(const std::optional<double>& value, const char* format) {
  return value ? fmt::format(fmt::runtime(format), *value) : "-";
}

}  // namespace

void print_comparison(const evaluation::ClosureComparison& c) {
  fmt::print("closure compared with the truth ({} frames, {:.1f} % of eyes measured)\n",
             c.frames,
             100.0 * c.coverage);
  fmt::print("  FEC error            RMSE {}   MAE {}   bias {}   correlation {}\n",
             figure(c.rmse, "{:.3f}"),
             figure(c.mae, "{:.3f}"),
             figure(c.bias, "{:+.3f}"),
             figure(c.correlation, "{:.4f}"));
  fmt::print(
      "  blinks, both eyes    {} true, {} found, {} matched   precision {}   recall {}   F1 {}\n",
      c.true_blinks,
      c.measured_blinks,
      c.matched_blinks,
      figure(c.blink_precision, "{:.3f}"),
      figure(c.blink_recall, "{:.3f}"),
      figure(c.blink_f1, "{:.3f}"));
  fmt::print("  onset error          median {} ms   p95 {} ms\n",
             figure(c.onset_error_ms_median, "{:.1f}"),
             figure(c.onset_error_ms_p95, "{:.1f}"));
}

void add_comparison(nlohmann::ordered_json& json, const evaluation::ClosureComparison& c) {
  json["frames"] = c.frames;
  json["coverage"] = c.coverage;
  json["rmse"] = json_or_null(c.rmse);
  json["mae"] = json_or_null(c.mae);
  json["bias"] = json_or_null(c.bias);
  json["correlation"] = json_or_null(c.correlation);
  json["true_blinks"] = c.true_blinks;
  json["measured_blinks"] = c.measured_blinks;
  json["matched_blinks"] = c.matched_blinks;
  json["borderline_blinks"] = c.borderline_blinks;
  json["blink_precision"] = json_or_null(c.blink_precision);
  json["blink_recall"] = json_or_null(c.blink_recall);
  json["blink_f1"] = json_or_null(c.blink_f1);
  json["onset_error_ms_median"] = json_or_null(c.onset_error_ms_median);
  json["onset_error_ms_p95"] = json_or_null(c.onset_error_ms_p95);
}

}  // namespace eyelid::app
