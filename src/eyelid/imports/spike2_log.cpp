// SPDX-License-Identifier: MIT
#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/imports/event_collector.hpp"
#include "eyelid/imports/level_edges.hpp"
#include "eyelid/imports/log_formats.hpp"

namespace eyelid::imports {
namespace {

std::vector<std::string_view> tab_cells(std::string_view line) {
  std::vector<std::string_view> cells;
  for (std::size_t begin = 0; begin <= line.size();) {
    const std::size_t end = std::min(line.find('\t', begin), line.size());
    cells.push_back(trimmed(line.substr(begin, end - begin)));
    begin = end + 1;
  }
  return cells;
}

std::optional<double> plain_number(std::string_view cell) {
  double value = 0.0;
  const auto [stop, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (cell.empty() || error != std::errc() || stop != cell.data() + cell.size())
    return std::nullopt;
  return value;
}

class Spike2Text {
 public:
  Spike2Text(TextFile& text, const LogOptions& options)
      : text_(text), names_(options.names), collector_(text.name(), options.names) {}

  Log read() {
    std::string_view line;
    while (text_.next(line)) {
      const std::vector<std::string_view> cells = tab_cells(line);
      if (cells.front() == "CHANNEL") {
        begin_channel();
      } else if (channel_begun_) {
        take(line, cells);
      }
    }
    end_waveform();
    if (!channel_begun_) {
      throw InputError(text_.name() +
                       ": no \"CHANNEL\", expected a text export of Spike2 (the file may be cut "
                       "off)");
    }
    return collector_.finish("Spike2 text");
  }

 private:
  void begin_channel() {
    end_waveform();
    channel_begun_ = true;
    head_.clear();
    waveform_.clear();
    has_start_ = false;
  }

  // Below "CHANNEL": its type, comment, title, units; then "START" and values, or times.
  void take(std::string_view line, const std::vector<std::string_view>& cells) {
    if (cells.front() == "START") {
      const auto first_s = cells.size() > 2 ? plain_number(cells[1]) : std::nullopt;
      const auto step_s = cells.size() > 2 ? plain_number(cells[2]) : std::nullopt;
      if (!first_s || !step_s) text_.fail("found a START without two times, expected them");
      next_s_ = *first_s;
      step_s_ = *step_s;
      has_start_ = true;
      return;
    }
    const std::optional<double> number =
        trimmed(line).empty() || line.starts_with('"') ? std::nullopt : plain_number(cells.front());
    if (!number) {
      if (line.starts_with('"'))
        head_.emplace_back(cells.front());
      else if (!trimmed(line).empty())
        text_.fail("found text, expected a number of the channel");
      return;
    }
    const std::string kind = head_.empty() ? "" : head_.front();
    const std::string title = head_.size() > 2 ? head_[2] : "";
    if (kind == "Waveform" || kind == "RealWave" || has_start_) {
      if (role_of(title, names_)) waveform_.push_back({next_s_, *number});
      next_s_ += step_s_;
    } else if (kind.starts_with("Evt")) {
      collector_.add(*number, title, text_.number());
    } else if (kind.find("Mark") != std::string::npos) {
      // Markers by their code or text; without one by the channel.
      const bool has_code = cells.size() > 1 && !cells[1].empty();
      const bool is_channel = role_of(title, names_).has_value();
      collector_.add(*number, has_code && !is_channel ? cells[1] : title, text_.number());
    }
  }

  // A TTL line sampled as a waveform.
  void end_waveform() {
    if (waveform_.empty()) return;
    LevelEdges edges;
    for (const auto& [time_s, value] : waveform_) edges.note(value);
    for (const auto& [time_s, value] : waveform_) {
      if (edges.rises(value)) collector_.add(time_s, head_[2], text_.number());
    }
    waveform_.clear();
  }

  TextFile& text_;
  const EventNames& names_;
  EventCollector collector_;
  bool channel_begun_ = false;
  bool has_start_ = false;
  double next_s_ = 0.0;
  double step_s_ = 0.0;
  std::vector<std::string> head_;
  std::vector<std::pair<double, double>> waveform_;
};

}  // namespace

bool is_spike2(std::string_view first_line) { return trimmed(first_line) == "INFORMATION"; }

Log spike2_log(TextFile& text, const LogOptions& options) {
  return Spike2Text(text, options).read();
}

}  // namespace eyelid::imports
