// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "eyelid/imports/trace.hpp"

namespace eyelid::imports {

/// Columns of one point of a pose file; numbers of the values of a row.
struct PosePoint {
  std::string name;
  std::size_t x = 0;
  std::size_t y = 0;
  std::size_t likelihood = 0;
  bool has_likelihood = false;
};

/// The opening of each eye from lid points, frame by frame.
///
/// Opening: distance of the mean of the upper to the mean of the lower points; with corners,
/// divided by their distance, so that the distance of the camera does not matter. A lid without a
/// point of enough likelihood is not measured.
class LidOpening {
 public:
  /// `file` for messages. Throws InputError that lists the points where none are lids, or where one
  /// that was asked for is missing.
  LidOpening(std::string file, std::vector<PosePoint> points, const TraceOptions& options);

  /// Appends a frame to `trace`; `value(column)` gives the numbers of its row, NaN where absent.
  void add(Trace& trace, const std::function<double(std::size_t)>& value) const;

  /// "lid points upper, lower"
  const std::string& description() const { return description_; }

 private:
  struct Eye {
    std::vector<std::vector<std::size_t>> parts;  // upper, lower, and none or two corners
    std::size_t place = 2;                        // in Trace::values
  };
  void take(const std::string& setting);
  void find_by_name();
  std::vector<std::size_t> points_named(const std::string& names) const;
  std::string list() const;

  std::string file_;
  std::vector<PosePoint> points_;
  double min_likelihood_;
  std::vector<Eye> eyes_;
  std::string description_;
};

}  // namespace eyelid::imports
