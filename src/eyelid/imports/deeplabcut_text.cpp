// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/imports/delimited_table.hpp"
#include "eyelid/imports/lid_points.hpp"
#include "eyelid/imports/pose_columns.hpp"
#include "eyelid/imports/trace_formats.hpp"

namespace eyelid::imports {
namespace {

std::vector<std::string> header_cells(std::string_view line) {
  std::vector<std::string> cells;
  std::size_t begin = 0;
  while (true) {
    const std::size_t end = line.find(',', begin);
    cells.emplace_back(trimmed(line.substr(begin, end - begin)));
    if (end == std::string_view::npos) return cells;
    begin = end + 1;
  }
}

}  // namespace

bool is_deeplabcut_text(TextFile& text) {
  const TextFile::Place begin = text.place();
  std::string_view line;
  const bool is_one = text.next(line) && line.starts_with("scorer,");
  text.go_to(begin);
  return is_one;
}

Trace deeplabcut_text_trace(TextFile& text, const TraceOptions& options) {
  PoseColumns names;
  std::string_view line;
  std::size_t width = 0;
  while (names.coords.empty()) {
    if (!text.next(line)) {
      throw InputError(text.name() +
                       ": ends in its header, expected the rows scorer, bodyparts, "
                       "and coords of DeepLabCut");
    }
    std::vector<std::string> cells = header_cells(line);
    const std::string row = cells.front();
    cells.erase(cells.begin());
    width = cells.size();
    if (row == "individuals")
      names.individuals = std::move(cells);
    else if (row == "bodyparts")
      names.bodyparts = std::move(cells);
    else if (row == "coords")
      names.coords = std::move(cells);
    else if (row != "scorer") {
      text.fail("found a row " + row + ", expected bodyparts or coords of DeepLabCut");
    }
  }
  const LidOpening lids(text.name(), points_of(names, text.name()), options);
  check_rate(options, text.name());
  std::vector<std::string> header{"frame"};
  for (std::size_t i = 0; i < width; ++i) header.push_back(std::to_string(i));
  DelimitedTable table(text, std::move(header), ',', Rows::Complete);
  Trace trace;
  trace.quantity = Quantity::Opening;
  while (table.next()) {
    const std::optional<double> frame = table.number(0);
    if (!frame) table.fail(0, "a frame number");
    const double time_s = *frame / options.frames_per_second;
    if (!trace.time_s.empty() && time_s <= trace.time_s.back()) {
      table.fail(0, "a frame number greater than in the row above");
    }
    trace.time_s.push_back(time_s);
    lids.add(trace, [&](std::size_t column) {
      return table.number(column + 1).value_or(std::numeric_limits<double>::quiet_NaN());
    });
  }
  if (trace.time_s.size() < 2) {
    throw InputError(text.name() + ": fewer than 2 frames, expected points of a film");
  }
  trace.format = "DeepLabCut, " + lids.description();
  return trace;
}

}  // namespace eyelid::imports
