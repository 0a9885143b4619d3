// SPDX-License-Identifier: MIT
#include <charconv>
#include <map>
#include <string>

#include "eyelid/core/error.hpp"
#include "eyelid/imports/event_collector.hpp"
#include "eyelid/imports/log_formats.hpp"

namespace eyelid::imports {
namespace {

constexpr std::string_view kOnset = ".OnsetTime";

// Onsets in milliseconds and the other values of one frame, by key.
struct Frame {
  std::vector<std::pair<std::string, double>> onsets_s;
  TrialConditions others;
};

void add(const Frame& frame, std::int64_t line, EventCollector& collector) {
  for (const auto& [name, onset_s] : frame.onsets_s) {
    collector.add(onset_s, name, line, frame.others);
  }
}

}  // namespace

bool is_eprime(std::string_view first_line) {
  return trimmed(first_line) == "*** Header Start ***";
}

// One "LogFrame" per trial: lines "Key: value", of which "NAME.OnsetTime" is the onset of NAME.
Log eprime_log(TextFile& text, const LogOptions& options) {
  EventCollector collector(text.name(), options.names);
  Frame frame;
  bool is_inside = false;
  std::int64_t begin = 0;
  std::string_view raw;
  while (text.next(raw)) {
    const std::string_view line = trimmed(raw);
    if (line == "*** LogFrame Start ***") {
      frame = {};
      is_inside = true;
      begin = text.number();
    } else if (line == "*** LogFrame End ***") {
      if (is_inside) add(frame, begin, collector);
      is_inside = false;
    } else if (is_inside) {
      const std::size_t colon = line.find(": ");
      if (colon == std::string_view::npos) continue;
      const std::string_view key = line.substr(0, colon);
      const std::string_view value = trimmed(line.substr(colon + 2));
      if (!key.ends_with(kOnset)) {
        frame.others.emplace_back(key, value);
        continue;
      }
      double onset_ms = 0.0;
      const auto [stop, error] =
          std::from_chars(value.data(), value.data() + value.size(), onset_ms);
      if (error != std::errc() || stop != value.data() + value.size()) {
        text.fail("found " + std::string(line) + ", expected a time in ms");
      }
      // E-Prime writes 0 for what was not shown.
      if (onset_ms > 0.0) {
        frame.onsets_s.emplace_back(key.substr(0, key.size() - kOnset.size()), onset_ms / 1000.0);
      }
    }
  }
  if (is_inside) {
    throw InputError(text.name() + ":" + std::to_string(begin) +
                     ": a LogFrame without its end, expected *** LogFrame End *** (the file may be "
                     "cut off)");
  }
  return collector.finish("E-Prime");
}

}  // namespace eyelid::imports
