// SPDX-License-Identifier: MIT
#include "eyelid/core/error.hpp"
#include "eyelid/imports/delimited_table.hpp"
#include "eyelid/imports/event_collector.hpp"
#include "eyelid/imports/log_formats.hpp"

namespace eyelid::imports {
namespace {

constexpr double kTick_s = 1e-4;

}  // namespace

bool is_presentation(std::string_view first_line) { return first_line.starts_with("Scenario -"); }

// Two lines about the scenario, then a table of events, an empty line, and a table of stimuli,
// which repeats some of the events.
Log presentation_log(TextFile& text, const LogOptions& options) {
  std::string_view line;
  std::vector<std::string> header;
  while (header.empty()) {
    if (!text.next(line)) {
      throw InputError(text.name() + ": ends in its header, expected the events of Presentation");
    }
    if (line.find("Event Type") == std::string_view::npos) continue;
    for (std::size_t begin = 0; begin <= line.size();) {
      const std::size_t end = std::min(line.find('\t', begin), line.size());
      header.emplace_back(trimmed(line.substr(begin, end - begin)));
      begin = end + 1;
    }
  }
  DelimitedTable table(text, header, '\t', Rows::MayBeShort);
  const std::size_t type = table.required_column("Event Type");
  const std::size_t code = table.required_column("Code");
  const std::size_t time = table.required_column("Time");
  EventCollector collector(text.name(), options.names);
  std::int64_t last_line = 0;
  while (table.next()) {
    if (last_line != 0 && table.line() > last_line + 1) break;
    last_line = table.line();
    const std::optional<double> ticks = table.number(time);
    if (!ticks) table.fail(time, "a time in 0.1 ms (the file may be cut off)");
    // Pulses of a scanner or a camera and key presses are known by their type.
    const std::string_view kind = table.cell(type);
    const bool is_by_type = kind == "Pulse" || kind == "Response" || table.cell(code).empty();
    collector.add(*ticks * kTick_s, is_by_type ? kind : table.cell(code), table.line());
  }
  return collector.finish("Presentation");
}

}  // namespace eyelid::imports
