// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "eyelid/core/blink.hpp"
#include "eyelid/core/eyelid_sample.hpp"
#include "eyelid/files/record_spool.hpp"
#include "eyelid/reports/report_json.hpp"

namespace eyelid::reports {

/// The contact sheet of all blinks: the figures, pictures, and surrounding closure of each.
///
/// Keeps the latest 60,000 samples, so that the curve can be cut when the blink is added, or as
/// soon as the samples after it have been added. The row is then written, as JSON, to a temporary
/// file in `folder`: of each blink only its place in that file stays in memory.
class BlinkSheet {
 public:
  BlinkSheet(const std::filesystem::path& folder,
             std::size_t max_blinks,
             std::size_t max_picture_bytes);

  void add(const EyelidSample& sample);
  void add(const Blink& blink, const BlinkPictures& pictures);

  /// Passes the sheet to `sink` piece by piece, as one JSON object: rows in order of onset, with
  /// the counts of what was skipped. Cuts the curves still waiting. Call once, last.
  void write(const std::function<void(std::string_view)>& sink);

 private:
  struct Moment {
    double time_s;
    PerEye<float> fec;
  };
  /// A blink whose curve is not complete yet.
  struct Row {
    Blink blink;
    ReportJson pictures;  // {"before": picture, ...}
    std::size_t number;   // in order of add()
  };
  /// Of a row in the file.
  struct Place {
    double onset_s;
    std::size_t number;
    std::int64_t begin;
    std::size_t length;
  };
  ReportJson curve_of(const Blink& blink) const;
  void cut_waiting(bool is_last);
  void put_aside(Row& row);

  std::size_t max_blinks_;
  std::size_t picture_bytes_left_;
  std::deque<Moment> recent_;
  std::vector<Row> waiting_;
  files::UnnamedFile texts_;
  std::int64_t texts_length_ = 0;
  std::vector<Place> places_;
  std::size_t rows_ = 0;
  std::int64_t skipped_ = 0;
  std::int64_t without_pictures_ = 0;
};

}  // namespace eyelid::reports
