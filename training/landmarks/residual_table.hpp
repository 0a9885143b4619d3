// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace eyelid::training {

/// What is still to be corrected, one row of floats per sample: x0 y0 x1 y1 ... of target minus
/// current shape, then one weighted difference per lid gap, padded with zeros to whole vectors.
class ResidualTable {
 public:
  static constexpr std::size_t kVector = 8;  // floats; rows are whole numbers of them
  using Gaps = std::span<const std::pair<std::size_t, std::size_t>>;

  ResidualTable(std::size_t samples, std::size_t point_count, Gaps gaps, float gap_weight);

  std::size_t samples() const { return values_.size() / width_; }
  std::size_t width() const { return width_; }              // floats per row
  std::size_t value_count() const { return value_count_; }  // two per point
  float* row(std::size_t sample) { return values_.data() + sample * width_; }
  const float* row(std::size_t sample) const { return values_.data() + sample * width_; }

  /// Derives the gaps of a row from its points; to be called whenever those have changed.
  void update_gaps(float* row) const;

 private:
  std::size_t value_count_;
  std::size_t width_;
  std::vector<std::pair<std::size_t, std::size_t>> gaps_;
  float gap_weight_;
  std::vector<float> values_;
};

}  // namespace eyelid::training
