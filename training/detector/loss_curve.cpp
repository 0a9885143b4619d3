// SPDX-License-Identifier: MIT
#include "training/detector/loss_curve.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <initializer_list>
#include <string>
#include <utility>

#include "eyelid/files/atomic_file.hpp"
#include "training/line_plot.hpp"

namespace eyelid::training {
namespace {

constexpr const char* kHeader =
    "samples,loss,classification,regression,distillation,learning_rate,samples_per_s,"
    "held_out_faces,held_out_found,held_out_false,held_out_eye_error\n";

std::string csv_line(const CurveRow& row) {
  std::string line = fmt::format("{},{:.6f},{:.6f},{:.6f},{:.6f},{:.3e},{:.1f}",
                                 row.samples,
                                 row.loss.total(),
                                 row.loss.classification,
                                 row.loss.regression,
                                 row.loss.distillation,
                                 row.learning_rate,
                                 row.samples_per_s);
  if (!row.held_out) return line + ",,,,\n";
  return line + fmt::format(",{},{},{},{:.5f}\n",
                            row.held_out->faces,
                            row.held_out->found,
                            row.held_out->false_detections,
                            row.held_out->eye_error);
}

std::optional<CurveRow> parse_row(const std::string& line) {
  CurveRow row;
  long long samples = 0;
  double total = 0.0;
  HeldOutFigures held_out;
  const int read = std::sscanf(line.c_str(),
                               "%lld,%lf,%lf,%lf,%lf,%lf,%lf,%d,%d,%d,%lf",
                               &samples,
                               &total,
                               &row.loss.classification,
                               &row.loss.regression,
                               &row.loss.distillation,
                               &row.learning_rate,
                               &row.samples_per_s,
                               &held_out.faces,
                               &held_out.found,
                               &held_out.false_detections,
                               &held_out.eye_error);
  if (read < 7) return std::nullopt;
  row.samples = samples;
  if (read == 11) row.held_out = held_out;
  return row;
}

std::string plot(const std::vector<CurveRow>& rows) {
  PlotPanel loss{.title = "loss per positive anchor"};
  PlotPanel held_out{.title = "held out: recall, precision; eye error / 0.25"};
  // The first steps would flatten the rest.
  double highest = 1e-3;
  for (std::size_t i = rows.size() / 20; i < rows.size(); i++) {
    highest = std::max(highest, rows[i].loss.total());
  }
  loss.y.last = highest;
  loss.x.last = held_out.x.last = std::max(static_cast<double>(rows.back().samples), 1.0);
  loss.lines = {{"total", "#222", {}},
                {"score", "#c33", {}},
                {"box, points", "#36c", {}},
                {"teacher", "#393", {}}};
  held_out.lines = {{"recall", "#222", {}}, {"precision", "#36c", {}}, {"eye error", "#c33", {}}};
  for (const CurveRow& row : rows) {
    const auto add = [&row](PlotPanel& panel, std::initializer_list<double> values) {
      auto line = panel.lines.begin();
      for (const double y : values) {
        (line++)->points.emplace_back(static_cast<double>(row.samples), y);
      }
    };
    const LossParts& parts = row.loss;
    add(loss, {parts.total(), parts.classification, parts.regression, parts.distillation});
    if (!row.held_out) continue;
    const HeldOutFigures& figures = *row.held_out;
    add(held_out, {figures.recall(), figures.precision(), figures.eye_error / 0.25});
  }
  return line_plot({loss, held_out}, fmt::format("{} samples", rows.back().samples));
}

}  // namespace

LossCurve::LossCurve(std::filesystem::path folder, std::int64_t samples)
    : folder_(std::move(folder)) {
  if (samples > 0) read(samples);
}

void LossCurve::read(std::int64_t samples) {
  std::ifstream file(folder_ / "curve.csv");
  std::string line;
  while (std::getline(file, line)) {
    const auto row = parse_row(line);  // the header is none
    if (row && row->samples <= samples) rows_.push_back(*row);
  }
}

void LossCurve::add(const CurveRow& row) {
  rows_.push_back(row);
  write();
}

void LossCurve::write() const {
  std::string text = kHeader;
  for (const CurveRow& row : rows_) text += csv_line(row);
  files::write_file(folder_ / "curve.csv", text);
  files::write_file(folder_ / "curve.svg", plot(rows_));
}

}  // namespace eyelid::training
