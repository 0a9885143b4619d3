// SPDX-License-Identifier: MIT
#include "training/landmarks/residual_table.hpp"

#include "eyelid/core/error.hpp"

namespace eyelid::training {

ResidualTable::ResidualTable(std::size_t samples,
                             std::size_t point_count,
                             Gaps gaps,
                             float gap_weight)
    : value_count_(2 * point_count), gap_weight_(gap_weight) {
  if (gap_weight > 0.0f) gaps_.assign(gaps.begin(), gaps.end());
  for (const auto& [upper, lower] : gaps_) {
    EYELID_EXPECTS(upper < point_count && lower < point_count);
  }
  width_ = (value_count_ + gaps_.size() + kVector - 1) / kVector * kVector;
  values_.assign(samples * width_, 0.0f);
}

void ResidualTable::update_gaps(float* row) const {
  float* gap = row + value_count_;
  for (const auto& [upper, lower] : gaps_) {
    *gap++ = gap_weight_ * (row[2 * upper + 1] - row[2 * lower + 1]);
  }
}

}  // namespace eyelid::training
