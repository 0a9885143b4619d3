// SPDX-License-Identifier: MIT
#include "eyelid/dashboard/trace_thinner.hpp"

#include <fmt/format.h>

#include <iterator>
#include <utility>

namespace eyelid::dashboard {

std::string json_of(const TraceBin& bin) {
  std::string json = fmt::format("[{:.3f}", bin.time_s);
  for (const ValueRange& range : {bin.fec.right, bin.fec.left, bin.mean_fec}) {
    if (std::isfinite(range.min) && std::isfinite(range.max)) {
      fmt::format_to(std::back_inserter(json), ",{:.3f},{:.3f}", range.min, range.max);
    } else {
      json += ",null,null";
    }
  }
  fmt::format_to(std::back_inserter(json), ",{}]", bin.lost);
  return json;
}

std::optional<TraceBin> TraceThinner::add(const TracePoint& point) {
  if (!std::isfinite(point.time_s)) return std::nullopt;
  std::optional<TraceBin> complete;
  const double index = std::floor(point.time_s * kBinsPerSecond);
  if (!bin_ || index != index_) {
    complete = std::exchange(bin_, TraceBin{});
    index_ = index;
    first_s_ = point.time_s;
  }
  bin_->time_s = 0.5 * (first_s_ + point.time_s);
  for (const Eye eye : kEyes) bin_->fec[eye].add(point.fec[eye]);
  bin_->mean_fec.add(point.mean_fec);
  bin_->lost += point.is_lost;
  return complete;
}

}  // namespace eyelid::dashboard
