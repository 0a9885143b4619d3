// SPDX-License-Identifier: MIT
#include <charconv>
#include <optional>

#include "eyelid/imports/event_collector.hpp"
#include "eyelid/imports/log_formats.hpp"

namespace eyelid::imports {
namespace {

struct LogLine {
  double time_s = 0.0;
  std::string_view message;
};

// "12.3456 <tab>EXP <tab>tone: autoDraw = True"; messages may run over several lines.
std::optional<LogLine> log_line(std::string_view line) {
  const std::size_t first = line.find('\t');
  const std::size_t second = first == std::string_view::npos ? first : line.find('\t', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const std::string_view stamp = trimmed(line.substr(0, first));
  LogLine found;
  const auto [stop, error] =
      std::from_chars(stamp.data(), stamp.data() + stamp.size(), found.time_s);
  if (error != std::errc() || stop != stamp.data() + stamp.size()) return std::nullopt;
  found.message = trimmed(line.substr(second + 1));
  return found;
}

}  // namespace

bool is_psychopy_log(std::string_view first_line) {
  if (!log_line(first_line)) return false;
  const std::size_t tab = first_line.find('\t');
  const std::string_view rest = first_line.substr(tab + 1);
  const std::string_view level = trimmed(rest.substr(0, rest.find('\t')));
  for (const char* known : {"DEBUG", "INFO", "EXP", "DATA", "WARNING", "ERROR", "CRITICAL"}) {
    if (level == known) return true;
  }
  return false;
}

Log psychopy_log(TextFile& text, const LogOptions& options) {
  EventCollector collector(text.name(), options.names);
  std::string_view line;
  while (text.next(line)) {
    if (const std::optional<LogLine> entry = log_line(line)) {
      collector.add(entry->time_s, entry->message, text.number());
    }
  }
  return collector.finish("PsychoPy log");
}

}  // namespace eyelid::imports
