// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace eyelid::training {

/// One axis of a panel: what it spans, and whether equal steps are equal factors of two.
struct PlotAxis {
  double first = 0.0, last = 1.0;
  bool is_log2 = false;
};

struct PlotLine {
  std::string name;
  std::string color;
  std::vector<std::pair<double, double>> points;  // x, y; outside of the axes: at their end
};

struct PlotPanel {
  std::string title;
  PlotAxis x = {}, y = {};
  std::vector<PlotLine> lines = {};
  bool marks_points = false;  // a dot and the value of x at each point
};

/// The panels under each other, as a file of SVG; `note` is the last line.
std::string line_plot(const std::vector<PlotPanel>& panels, const std::string& note);

}  // namespace eyelid::training
