// SPDX-License-Identifier: MIT
#include "training/detector/loss_curve.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <functional>
#include <string>
#include <utility>

#include "eyelid/files/atomic_file.hpp"

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

constexpr double kWidth = 640.0, kHeight = 240.0, kLeft = 60.0, kTop = 30.0;

/// One panel of the plot: lines over samples, `top` and `bottom` of the axis.
struct Panel {
  double y = 0.0;
  double last_sample = 1.0;
  double bottom = 0.0, top = 1.0;
  std::string svg = {};

  void frame(const std::string& title) {
    svg += fmt::format(
        "<rect x='{}' y='{}' width='{}' height='{}' fill='none' stroke='#999'/>"
        "<text x='{}' y='{}'>{}</text>\n",
        kLeft,
        y,
        kWidth,
        kHeight,
        kLeft,
        y - 8,
        title);
    for (int i = 0; i <= 4; i++) {
      const double value = bottom + (top - bottom) * i / 4.0;
      svg += fmt::format("<text x='{}' y='{:.1f}' text-anchor='end'>{:.2f}</text>\n",
                         kLeft - 5,
                         y + kHeight * (1.0 - i / 4.0) + 4,
                         value);
    }
  }
  void line(const std::vector<CurveRow>& rows,
            const std::string& color,
            const std::string& name,
            int index,
            const std::function<std::optional<double>(const CurveRow&)>& value) {
    std::string points;
    for (const CurveRow& row : rows) {
      const auto v = value(row);
      if (!v) continue;
      const double share = std::clamp((*v - bottom) / (top - bottom), 0.0, 1.0);
      points += fmt::format("{:.1f},{:.1f} ",
                            kLeft + kWidth * static_cast<double>(row.samples) / last_sample,
                            y + kHeight * (1.0 - share));
    }
    svg += fmt::format(
        "<polyline points='{}' fill='none' stroke='{}' stroke-width='1.5'/>"
        "<text x='{}' y='{}' fill='{}'>{}</text>\n",
        points,
        color,
        kLeft + kWidth + 8,
        y + 16 + 18 * index,
        color,
        name);
  }
};

std::string plot(const std::vector<CurveRow>& rows) {
  Panel loss{.y = kTop};
  loss.last_sample = std::max<double>(static_cast<double>(rows.back().samples), 1.0);
  double highest = 0.0;
  // The first steps would flatten the rest.
  for (std::size_t i = rows.size() / 20; i < rows.size(); i++) {
    highest = std::max(highest, rows[i].loss.total());
  }
  loss.top = std::max(highest, 1e-3);
  loss.frame("loss per positive anchor");
  loss.line(rows, "#222", "total", 0, [](const CurveRow& r) { return r.loss.total(); });
  loss.line(rows, "#c33", "score", 1, [](const CurveRow& r) { return r.loss.classification; });
  loss.line(rows, "#36c", "box, points", 2, [](const CurveRow& r) { return r.loss.regression; });
  loss.line(rows, "#393", "teacher", 3, [](const CurveRow& r) { return r.loss.distillation; });
  Panel held{.y = kTop + kHeight + 60.0, .last_sample = loss.last_sample};
  held.frame("held out: recall, precision; eye error / 0.25");
  const auto of = [](auto figure) {
    return [figure](const CurveRow& r) -> std::optional<double> {
      if (!r.held_out) return std::nullopt;
      return figure(*r.held_out);
    };
  };
  held.line(rows, "#222", "recall", 0, of([](const HeldOutFigures& f) { return f.recall(); }));
  held.line(
      rows, "#36c", "precision", 1, of([](const HeldOutFigures& f) { return f.precision(); }));
  held.line(
      rows, "#c33", "eye error", 2, of([](const HeldOutFigures& f) { return f.eye_error / 0.25; }));
  return fmt::format(
      "<svg xmlns='http://www.w3.org/2000/svg' width='{0}' height='{1}' viewBox='0 0 {0} {1}' "
      "font-family='sans-serif' font-size='12'><rect width='100%' height='100%' fill='white'/>\n"
      "{2}{3}<text x='{4}' y='{5}'>{6} samples</text></svg>\n",
      kLeft + kWidth + 110,
      kTop + 2 * kHeight + 100,
      loss.svg,
      held.svg,
      kLeft,
      kTop + 2 * kHeight + 85,
      rows.back().samples);
}

void replace(const std::filesystem::path& path, const std::string& text) {
  files::AtomicFile file(path);
  file.write(text);
  file.commit();
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
  replace(folder_ / "curve.csv", text);
  replace(folder_ / "curve.svg", plot(rows_));
}

}  // namespace eyelid::training
