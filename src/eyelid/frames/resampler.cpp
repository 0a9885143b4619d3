// SPDX-License-Identifier: MIT
#include "eyelid/frames/resampler.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "eyelid/compute/cpu_features.hpp"
#include "eyelid/core/error.hpp"

namespace eyelid::frames {
namespace {

/// Weights of the source pixels first, first + 1, ... that make one target pixel.
struct Taps {
  std::int32_t first = 0;
  std::vector<std::int16_t> weights;
};

/// Rounds the running sum, not each weight: the weights then add up to the rounded total.
std::vector<std::int16_t> fixed_point(const std::vector<double>& weights) {
  std::vector<std::int16_t> fixed;
  double sum = 0.0;
  long before = 0;
  for (const double weight : weights) {
    sum += weight;
    const long now = std::lround(sum * kernels::kResizeOne);
    fixed.push_back(static_cast<std::int16_t>(now - before));
    before = now;
  }
  return fixed;
}

/// Shrinking: the share of the target pixel that each source pixel covers.
Taps area_taps(int target, double scale, double offset, int source_size) {
  const double begin = (target - offset) / scale;
  const double end = (target + 1 - offset) / scale;
  const int first = std::clamp(static_cast<int>(std::floor(begin)), 0, source_size - 1);
  const int last = std::clamp(static_cast<int>(std::ceil(end)) - 1, 0, source_size - 1);
  std::vector<double> weights;
  for (int source = first; source <= last; source++) {
    const double covered = std::min(end, source + 1.0) - std::max(begin, double{0} + source);
    weights.push_back(std::max(0.0, covered) * scale);
  }
  return {first, fixed_point(weights)};
}

/// Growing: between the two nearest pixel centers; edge pixels reach to the border of the source.
Taps bilinear_taps(int target, double scale, double offset, int source_size) {
  const double position = (target + 0.5 - offset) / scale;  // on source pixel edges
  if (position < 0.0 || position > source_size) return {0, {0}};
  const double center = std::clamp(position - 0.5, 0.0, source_size - 1.0);
  const int first = std::min(static_cast<int>(center), std::max(0, source_size - 2));
  const double fraction = center - first;
  if (source_size == 1) return {0, fixed_point({1.0})};
  return {first, fixed_point({1.0 - fraction, fraction})};
}

std::vector<Taps> taps_along(int target_size, int source_size, double scale, double offset) {
  std::vector<Taps> taps;
  taps.reserve(static_cast<std::size_t>(target_size));
  for (int target = 0; target < target_size; target++) {
    taps.push_back(scale < 1.0 ? area_taps(target, scale, offset, source_size)
                               : bilinear_taps(target, scale, offset, source_size));
  }
  return taps;
}

std::size_t round_up(std::size_t value, std::size_t step) {
  return (value + step - 1) / step * step;
}

}  // namespace

Resampler::Resampler(int source_width,
                     int source_height,
                     int target_width,
                     int target_height,
                     const Placement& placement)
    : source_width_(source_width),
      source_height_(source_height),
      target_width_(target_width),
      target_height_(target_height),
      kernels_(&kernels::resize_kernels().pick(compute::cpu_features())) {
  EYELID_EXPECTS(source_width > 0 && source_height > 0);
  EYELID_EXPECTS(target_width > 0 && target_height > 0);
  EYELID_EXPECTS(placement.scale > 0.0);

  for (Taps& taps : taps_along(target_height, source_height, placement.scale, placement.offset_y)) {
    RowTaps row{taps.first, static_cast<std::int32_t>(taps.weights.size()), row_weights_.size()};
    const bool is_black =
        std::all_of(taps.weights.begin(), taps.weights.end(), [](int w) { return w == 0; });
    if (is_black) row.count = 0;
    taps.weights.resize(round_up(taps.weights.size(), 2), 0);
    row_weights_.insert(row_weights_.end(), taps.weights.begin(), taps.weights.end());
    row_taps_.push_back(row);
  }

  const std::vector<Taps> columns =
      taps_along(target_width, source_width, placement.scale, placement.offset_x);
  std::size_t tap_count = 1;
  for (const Taps& taps : columns) tap_count = std::max(tap_count, taps.weights.size());
  tap_count = round_up(tap_count, kernels::kResizeTapGroup);
  column_tap_count_ = static_cast<std::ptrdiff_t>(tap_count);
  const std::size_t padded_width = round_up(static_cast<std::size_t>(target_width), 4);
  column_first_.assign(padded_width, 0);
  column_weights_.assign(padded_width * tap_count, 0);
  for (std::size_t i = 0; i < columns.size(); i++) {
    column_first_[i] = columns[i].first;
    std::copy(columns[i].weights.begin(),
              columns[i].weights.end(),
              column_weights_.begin() + static_cast<std::ptrdiff_t>(i * tap_count));
  }
  column_ = compute::AlignedBuffer<std::int16_t>(
      round_up(static_cast<std::size_t>(source_width), kernels::kResizeBlock) + tap_count);
}

void Resampler::run(const FrameView& source, GrayImage& target) {
  EYELID_EXPECTS(source.width == source_width_ && source.height == source_height_);
  target.resize(target_width_, target_height_);
  const auto padded_width = static_cast<std::ptrdiff_t>(column_first_.size());
  for (int y = 0; y < target_height_; y++) {
    const RowTaps& taps = row_taps_[static_cast<std::size_t>(y)];
    if (taps.count == 0) {
      std::memset(target.row(y), 0, static_cast<std::size_t>(target_width_));
      continue;
    }
    kernels_->weigh_rows(source.row(taps.first),
                         source.stride,
                         row_weights_.data() + taps.weights_begin,
                         taps.count,
                         source_width_,
                         column_.data());
    kernels_->weigh_columns(column_.data(),
                            column_first_.data(),
                            column_weights_.data(),
                            column_tap_count_,
                            padded_width,
                            target.row(y));
  }
}

}  // namespace eyelid::frames
