// SPDX-License-Identifier: MIT
#include "training/line_plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace eyelid::training {
namespace {

constexpr double kWidth = 640.0, kHeight = 240.0, kLeft = 60.0, kTop = 30.0, kGap = 60.0;
constexpr double kMargin = 110.0;  // on the right, for the names of the lines

/// 0 at the first value of the axis, 1 at the last.
double share(const PlotAxis& axis, double value) {
  const auto at = [&](double v) { return axis.is_log2 ? std::log2(v) : v; };
  const double span = at(axis.last) - at(axis.first);
  return span > 0.0 ? std::clamp((at(value) - at(axis.first)) / span, 0.0, 1.0) : 0.0;
}

std::vector<double> marks(const PlotAxis& axis) {
  std::vector<double> values;
  if (axis.is_log2) {
    for (double value = axis.first; value <= axis.last; value *= 2.0) values.push_back(value);
  } else {
    for (const double part : {0.0, 0.25, 0.5, 0.75, 1.0}) {
      values.push_back(std::lerp(axis.first, axis.last, part));
    }
  }
  return values;
}

std::string draw(const PlotPanel& panel, double top) {
  const auto x_of = [&](double value) { return kLeft + kWidth * share(panel.x, value); };
  const auto y_of = [&](double value) { return top + kHeight * (1.0 - share(panel.y, value)); };
  std::string svg = fmt::format(
      "<rect x='{0}' y='{1}' width='{2}' height='{3}' fill='none' stroke='#999'/>"
      "<text x='{0}' y='{4}'>{5}</text>\n",
      kLeft,
      top,
      kWidth,
      kHeight,
      top - 8.0,
      panel.title);
  for (const double value : marks(panel.y)) {
    svg += fmt::format("<text x='{}' y='{:.1f}' text-anchor='end'>{:.4g}</text>\n",
                       kLeft - 5.0,
                       y_of(value) + 4.0,
                       value);
  }
  for (std::size_t i = 0; i < panel.lines.size(); i++) {
    const PlotLine& line = panel.lines[i];
    std::string route, dots;
    for (const auto& [x, y] : line.points) {
      route += fmt::format("{:.1f},{:.1f} ", x_of(x), y_of(y));
      if (!panel.marks_points) continue;
      dots += fmt::format(
          "<circle cx='{0:.1f}' cy='{1:.1f}' r='3.5'/>"
          "<text x='{0:.1f}' y='{2}' text-anchor='middle'>{3}</text>\n",
          x_of(x),
          y_of(y),
          top + kHeight + 18.0,
          x);
    }
    svg += fmt::format(
        "<polyline points='{}' fill='none' stroke='{}' stroke-width='1.5'/>"
        "<text x='{}' y='{}' fill='{}'>{}</text>\n{}",
        route,
        line.color,
        kLeft + kWidth + 8.0,
        top + 16.0 + 18.0 * static_cast<double>(i),
        line.color,
        line.name,
        dots);
  }
  return svg;
}

}  // namespace

std::string line_plot(const std::vector<PlotPanel>& panels, const std::string& note) {
  std::string drawn;
  double top = kTop;
  for (const PlotPanel& panel : panels) {
    drawn += draw(panel, top);
    top += kHeight + kGap;
  }
  return fmt::format(
      "<svg xmlns='http://www.w3.org/2000/svg' width='{0}' height='{1}' viewBox='0 0 {0} {1}' "
      "font-family='sans-serif' font-size='12'><rect width='100%' height='100%' fill='white'/>\n"
      "{2}<text x='{3}' y='{4}'>{5}</text></svg>\n",
      kLeft + kWidth + kMargin,
      top,
      drawn,
      kLeft,
      top - 15.0,
      note);
}

}  // namespace eyelid::training
