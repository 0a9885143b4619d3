// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <nlohmann/json.hpp>
#include <vector>

#include "eyelid/core/blink.hpp"
#include "eyelid/core/eyelid_sample.hpp"
#include "eyelid/reports/report_json.hpp"

namespace eyelid::reports {

/// The contact sheet of all blinks: the figures, pictures, and surrounding closure of each.
///
/// Keeps the latest 60,000 samples, so that the curve can be cut when the blink is added, or as
/// soon as the samples after it have been added.
class BlinkSheet {
 public:
  BlinkSheet(std::size_t max_blinks, std::size_t max_picture_bytes);

  void add(const EyelidSample& sample);
  void add(const Blink& blink, const BlinkPictures& pictures);

  /// Rows in order of onset, with the counts of what was skipped. Cuts the curves still waiting.
  ReportJson finish();

 private:
  struct Moment {
    double time_s;
    PerEye<float> fec;
  };
  struct Row {
    Blink blink;
    ReportJson pictures;  // {"before": picture, ...}
    ReportJson curve;     // null until cut, and when the samples are gone
  };
  ReportJson curve_of(const Blink& blink) const;
  void cut_waiting(bool is_last);

  std::size_t max_blinks_;
  std::size_t picture_bytes_left_;
  std::deque<Moment> recent_;
  std::vector<Row> rows_;
  std::vector<std::size_t> waiting_;  // rows whose curve is not complete yet
  std::int64_t skipped_ = 0;
  std::int64_t without_pictures_ = 0;
};

}  // namespace eyelid::reports
