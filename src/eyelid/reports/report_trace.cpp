// SPDX-License-Identifier: MIT
#include "eyelid/reports/report_trace.hpp"

#include <algorithm>
#include <cmath>

#include "eyelid/core/error.hpp"

namespace eyelid::reports {
namespace {

TraceBin bin_of(const EyelidSample& sample, const TrueClosure& truth) {
  TraceBin bin;
  bin.first_frame = sample.frame;
  bin.first_time_s = bin.last_time_s = sample.time_s;
  bin.frames = 1;
  bin.valid_frames = sample.is_valid;
  bin.interpolated_frames = sample.is_interpolated;
  const std::array<float, kTraceSeriesCount> values = {sample.fec.right,
                                                       sample.fec.left,
                                                       sample.mean_fec,
                                                       sample.ear.right,
                                                       sample.ear.left,
                                                       truth.fec.right,
                                                       truth.fec.left};
  for (std::size_t i = 0; i < values.size(); ++i) bin.values[i].add(values[i]);
  return bin;
}

void append(TraceBin& bin, const TraceBin& next) {
  bin.last_time_s = next.last_time_s;
  bin.frames += next.frames;
  bin.valid_frames += next.valid_frames;
  bin.interpolated_frames += next.interpolated_frames;
  for (std::size_t i = 0; i < bin.values.size(); ++i) bin.values[i].add(next.values[i]);
}

}  // namespace

void ValueRange::add(float value) {
  if (!std::isfinite(value)) return;
  min = std::min(min, value);
  max = std::max(max, value);
  sum += static_cast<double>(value);
  ++count;
}

void ValueRange::add(const ValueRange& other) {
  min = std::min(min, other.min);
  max = std::max(max, other.max);
  sum += other.sum;
  count += other.count;
}

ReportTrace::ReportTrace(std::size_t max_bins) : max_bins_(max_bins) {
  EYELID_EXPECTS(max_bins >= 2 && max_bins % 2 == 0);
}

void ReportTrace::add(const EyelidSample& sample, const TrueClosure& truth) {
  const TraceBin bin = bin_of(sample, truth);
  ++frames_;
  if (!bins_.empty() && bins_.back().frames < frames_per_bin_) {
    append(bins_.back(), bin);
    return;
  }
  if (bins_.size() == max_bins_) merge_pairs();
  bins_.push_back(bin);
}

void ReportTrace::merge_pairs() {
  for (std::size_t i = 0; i + 1 < bins_.size(); i += 2) {
    TraceBin merged = bins_[i];
    append(merged, bins_[i + 1]);
    bins_[i / 2] = merged;
  }
  bins_.resize(bins_.size() / 2);
  frames_per_bin_ *= 2;
}

}  // namespace eyelid::reports
