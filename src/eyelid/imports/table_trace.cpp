// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "eyelid/core/error.hpp"
#include "eyelid/core/per_eye.hpp"
#include "eyelid/imports/delimited_table.hpp"
#include "eyelid/imports/time_column.hpp"
#include "eyelid/imports/trace_formats.hpp"

namespace eyelid::imports {
namespace {

constexpr std::array<const char*, 3> kEyeSuffixes = {"_right", "_left", ""};

// Names of closure and opening, without their eye and unit.
constexpr std::array<std::string_view, 8> kClosureNames = {
    "closure", "fec", "eyelid_closure", "eyelidclosure", "closed", "eyelid", "eyelidpos", "lid"};
constexpr std::array<std::string_view, 9> kOpeningNames = {"opening",
                                                           "area",
                                                           "eye_area",
                                                           "eyearea",
                                                           "eyeareapixels",
                                                           "ear",
                                                           "aperture",
                                                           "palpebral_fissure",
                                                           "ear2d6"};

// The name without its eye and percent sign, and the eye: 0 right, 1 left, 2 none.
struct EyeName {
  std::string base;
  std::size_t eye = 2;
  bool is_percent = false;
};

EyeName eye_name(std::string_view title) {
  EyeName name{lower(title), 2, false};
  const auto without = [&](std::string_view part) {
    if (name.base.ends_with(part) && name.base.size() > part.size()) {
      name.base.resize(name.base.size() - part.size());
      return true;
    }
    return false;
  };
  name.is_percent = without("_percent") || without(" (%)") || without(" [%]") || without("_pct");
  if (without("_right") || without("_r") || without(" right")) name.eye = 0;
  if (without("_left") || without("_l") || without(" left")) name.eye = 1;
  for (const auto& [prefix, eye] : {std::pair("right_", 0), std::pair("left_", 1)}) {
    if (!name.base.starts_with(prefix)) continue;
    name.base.erase(0, std::string_view(prefix).size());
    name.eye = static_cast<std::size_t>(eye);
  }
  return name;
}

template <class Names>
bool is_among(const Names& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

struct Columns {
  std::optional<std::size_t> time;
  std::optional<std::size_t> clip;
  std::array<std::optional<std::size_t>, 3> eyes;
  Quantity quantity = Quantity::Closure;
  double scale = 1.0;
};

bool has_eyes(const Columns& columns) {
  return std::ranges::any_of(columns.eyes, [](const auto& eye) { return eye.has_value(); });
}

void take_given(const DelimitedTable& table, const TraceOptions& options, Columns& columns) {
  const auto given = [&](const std::string& role) -> std::optional<std::size_t> {
    const auto found = options.columns.find(role);
    if (found == options.columns.end()) return std::nullopt;
    return table.required_column(found->second);
  };
  columns.time = given("time");
  if (!columns.time) columns.time = given("frame");
  columns.clip = given("clip");
  for (std::size_t eye = 0; eye < 3; ++eye) {
    for (const char* role : {"closure", "fec", "opening", "area", "ear"}) {
      const auto column = given(role + std::string(kEyeSuffixes[eye]));
      if (!column) continue;
      const bool is_closure =
          std::string_view(role) == "closure" || std::string_view(role) == "fec";
      const Quantity quantity = is_closure ? Quantity::Closure : Quantity::Opening;
      if (has_eyes(columns) && quantity != columns.quantity) {
        throw InputError("columns: a closure and an opening, expected one of them");
      }
      columns.quantity = quantity;
      columns.eyes[eye] = column;
      if (is_closure && eye_name(table.header()[*column]).is_percent) columns.scale = 0.01;
    }
  }
}

void find_by_name(const DelimitedTable& table, Columns& columns) {
  const std::vector<std::string>& header = table.header();
  const auto take = [&](const auto& names, Quantity quantity) {
    for (std::size_t i = 0; i < header.size(); ++i) {
      const EyeName name = eye_name(header[i]);
      if (!is_among(names, name.base) || columns.eyes[name.eye]) continue;
      columns.eyes[name.eye] = i;
      columns.quantity = quantity;
      if (name.is_percent) columns.scale = 0.01;
    }
  };
  if (!has_eyes(columns)) take(kClosureNames, Quantity::Closure);
  if (!has_eyes(columns)) take(kOpeningNames, Quantity::Opening);
  if (!has_eyes(columns)) {
    throw InputError(fmt::format(
        "{}: found the columns {}; expected a closure, area, or EAR (name it: --columns "
        "closure=NAME, opening=NAME, or closure_right=NAME,closure_left=NAME)",
        table.file(),
        table.column_list()));
  }
  // The mean of the eyes is ours to take.
  if (columns.eyes[0] || columns.eyes[1]) columns.eyes[2].reset();
  if (!columns.clip) columns.clip = table.column("clip");
}

// Times before frame numbers, which need a rate.
std::optional<std::size_t> time_column(const DelimitedTable& table) {
  std::optional<std::size_t> frame;
  for (std::size_t i = 0; i < table.header().size(); ++i) {
    if (!speaks_of_time(table.header()[i])) continue;
    const std::string name = lower(table.header()[i]);
    const bool counts =
        name.find("frame") != std::string::npos || name.find("sample") != std::string::npos;
    if (!counts) return i;
    if (!frame) frame = i;
  }
  return frame;
}

void check_closure(const Trace& trace, const std::string& file) {
  if (trace.quantity != Quantity::Closure) return;
  float highest = 0.0f;
  for (const std::vector<float>& values : trace.values) {
    for (const float value : values) {
      if (std::isfinite(value)) highest = std::max(highest, value);
    }
  }
  // An unclamped closure may exceed 1 by half; 100 % may not pass for it.
  if (highest > 10.0f) {
    throw InputError(fmt::format(
        "{}: closure reaches {:.4g}, expected a fraction, 0 open and 1 closed (percent: "
        "a column NAME_percent; an opening in pixels: --columns opening=NAME)",
        file,
        static_cast<double>(highest)));
  }
}

}  // namespace

Trace table_trace(TextFile& text, const TraceOptions& options) {
  DelimitedTable table(text);
  Columns columns;
  take_given(table, options, columns);
  find_by_name(table, columns);
  if (!columns.time) columns.time = time_column(table);
  if (!columns.time && !(options.frames_per_second > 0.0)) {
    throw InputError(
        fmt::format("{}: found the columns {}; expected times (name them: --columns time=NAME), or "
                    "the frame rate (--fps N)",
                    table.file(),
                    table.column_list()));
  }
  std::optional<TimeColumn> clock;
  if (columns.time) {
    clock.emplace(table.header()[*columns.time], *columns.time, options.frames_per_second);
  }
  Trace trace;
  trace.quantity = columns.quantity;
  std::int64_t row = 0;
  for (; table.next(); ++row) {
    double time_s = 0.0;
    if (clock) {
      const std::optional<double> read_s = clock->seconds(table);
      if (!read_s) table.fail(clock->column(), "a time in every row");
      time_s = *read_s;
    } else {
      time_s = static_cast<double>(row) / options.frames_per_second;
    }
    if (!trace.time_s.empty() && time_s <= trace.time_s.back()) {
      table.fail(clock ? clock->column() : 0, "a time after that of the row above");
    }
    trace.time_s.push_back(time_s);
    for (std::size_t eye = 0; eye < 3; ++eye) {
      if (!columns.eyes[eye]) continue;
      const std::optional<double> value = table.number(*columns.eyes[eye]);
      trace.values[eye].push_back(value ? static_cast<float>(*value * columns.scale)
                                        : kNotAvailable);
    }
    if (columns.clip) {
      const std::optional<double> clip = table.number(*columns.clip);
      if (!clip || *clip < 1.0 || *clip > 1e9 || std::floor(*clip) != *clip) {
        table.fail(*columns.clip, "the number of a clip, from 1");
      }
      trace.clip.push_back(static_cast<std::int32_t>(*clip));
    }
  }
  if (text.is_unfinished()) {
    trace.warnings.push_back(table.file() +
                             ": the last line has no line end, the file may be cut off");
  }
  if (row < 2) throw InputError(table.file() + ": fewer than 2 rows, expected a closure trace");
  if (clock && clock->is_date()) {
    trace.origin_s = trace.time_s.front();
    for (double& time_s : trace.time_s) time_s -= trace.origin_s;
  }
  check_closure(trace, table.file());
  trace.format = "table, ";
  for (const auto& eye : columns.eyes) {
    if (!eye) continue;
    if (!trace.format.ends_with(", ")) trace.format += " and ";
    trace.format += table.header()[*eye];
  }
  trace.format += trace.quantity == Quantity::Closure ? " as closure" : " as opening";
  trace.format += clock ? " by " + clock->description()
                        : fmt::format(" at {:g} frames/s", options.frames_per_second);
  return trace;
}

}  // namespace eyelid::imports
