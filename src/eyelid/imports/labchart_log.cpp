// SPDX-License-Identifier: MIT
#include <algorithm>
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

constexpr double kDay_s = 86'400.0;

std::optional<double> local_number(std::string_view cell) {
  std::string text(trimmed(cell));
  std::ranges::replace(text, ',', '.');  // LabChart follows the language of Windows
  double value = 0.0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || stop != text.data() + text.size())
    return std::nullopt;
  return value;
}

class LabChartText {
 public:
  LabChartText(TextFile& text, const LogOptions& options)
      : text_(text), names_(options.names), collector_(text.name(), options.names) {}

  // Twice: a TTL line's threshold lies in the middle of its range.
  Log read() {
    const TextFile::Place begin = text_.place();
    read_all(&LabChartText::note_range);
    if (titles_.empty() || !has_rows_) {
      throw InputError(text_.name() +
                       ": no samples below its header, expected a text export of LabChart (the "
                       "file may be cut off)");
    }
    text_.go_to(begin);
    first_day_.reset();
    read_all(&LabChartText::find_events);
    return collector_.finish("LabChart text");
  }

 private:
  using Visit = void (LabChartText::*)(const std::vector<std::string_view>&);

  void read_all(Visit visit) {
    std::string_view line;
    std::vector<std::string_view> cells;
    while (text_.next(line)) {
      cells.clear();
      for (std::size_t begin = 0; begin <= line.size();) {
        const std::size_t end = std::min(line.find('\t', begin), line.size());
        cells.push_back(line.substr(begin, end - begin));
        begin = end + 1;
      }
      if (is_header(cells)) continue;
      if (trimmed(line).empty()) continue;
      (this->*visit)(cells);
    }
  }

  // Every block has a header and may begin again at 0: then its date tells where it lies.
  bool is_header(const std::vector<std::string_view>& cells) {
    const std::string_view key = trimmed(cells.front());
    if (!key.ends_with('=')) return false;
    if (key == "Interval=") {
      block_s_ = 0.0;
      day_ = 0.0;
    } else if (key == "ExcelDateTime=" && cells.size() > 1) {
      day_ = local_number(cells[1]).value_or(0.0);
      if (!first_day_) first_day_ = day_;
    } else if (key == "TimeFormat=" && cells.size() > 1 && trimmed(cells[1]) == "StartOfBlock") {
      block_s_ = (day_ - first_day_.value_or(day_)) * kDay_s;
    } else if (key == "ChannelTitle=") {
      titles_.clear();
      for (std::size_t i = 1; i < cells.size(); ++i) titles_.emplace_back(trimmed(cells[i]));
      edges_.resize(std::max(edges_.size(), titles_.size()));
    }
    return true;
  }

  void note_range(const std::vector<std::string_view>& cells) {
    has_rows_ = true;
    for (std::size_t i = 0; i < titles_.size() && i + 1 < cells.size(); ++i) {
      if (!role_of(titles_[i], names_)) continue;
      if (const auto value = local_number(cells[i + 1])) edges_[i].note(*value);
    }
  }

  void find_events(const std::vector<std::string_view>& cells) {
    const std::optional<double> time = local_number(cells.front());
    if (!time) {
      text_.fail("found " + std::string(trimmed(cells.front()).substr(0, 40)) +
                 ", expected a time in seconds");
    }
    const double time_s = block_s_ + *time;
    for (std::size_t i = 0; i < titles_.size() && i + 1 < cells.size(); ++i) {
      if (!role_of(titles_[i], names_)) continue;
      const auto value = local_number(cells[i + 1]);
      if (value && edges_[i].rises(*value)) collector_.add(time_s, titles_[i], text_.number());
    }
    // Comments stand behind the samples: "#* text" for all channels, "#2 text" for one.
    for (std::size_t i = 1; i < cells.size(); ++i) {
      const std::string_view cell = trimmed(cells[i]);
      if (!cell.starts_with('#')) continue;
      const std::size_t space = cell.find(' ');
      if (space == std::string_view::npos) continue;
      collector_.add(time_s, trimmed(cell.substr(space + 1)), text_.number());
    }
  }

  TextFile& text_;
  const EventNames& names_;
  EventCollector collector_;
  std::vector<std::string> titles_;
  std::vector<LevelEdges> edges_;
  bool has_rows_ = false;
  double block_s_ = 0.0;
  double day_ = 0.0;
  std::optional<double> first_day_;
};

}  // namespace

bool is_labchart(std::string_view first_line) { return first_line.starts_with("Interval="); }

Log labchart_log(TextFile& text, const LogOptions& options) {
  return LabChartText(text, options).read();
}

}  // namespace eyelid::imports
