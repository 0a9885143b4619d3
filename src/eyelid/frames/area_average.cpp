// SPDX-License-Identifier: MIT
#include "eyelid/frames/area_average.hpp"

#include <algorithm>

#include "eyelid/core/error.hpp"

namespace eyelid::frames {
namespace {

int box_begin(int i, int size, int target) {
  return static_cast<int>(std::int64_t{i} * size / target);
}
int box_end(int i, int size, int target) {
  return static_cast<int>((std::int64_t{i + 1} * size + target - 1) / target);
}

}  // namespace

void AreaAverage::set_frame(const FrameView& frame) {
  EYELID_EXPECTS(!frame.is_empty());
  width_ = frame.width;
  height_ = frame.height;
  pitch_ = width_ + 1;
  const auto size = static_cast<std::size_t>(pitch_ * (height_ + 1));
  if (sums_.size() < size) sums_.resize(size);
  std::fill(sums_.begin(), sums_.begin() + pitch_, 0u);
  for (int y = 0; y < height_; y++) {
    const std::uint8_t* pixels = frame.row(y);
    const std::uint32_t* above = sums_above(y);
    std::uint32_t* sums = sums_.data() + (y + 1) * pitch_;
    std::uint32_t row_sum = 0;
    sums[0] = 0;
    for (int x = 0; x < width_; x++) {
      row_sum += pixels[x];
      sums[x + 1] = above[x + 1] + row_sum;
    }
  }
}

void AreaAverage::select(
    const PixelWindow& window, int target_width, int target_height, float offset, float scale) {
  EYELID_EXPECTS(window.x >= 0 && window.y >= 0 && window.width > 0 && window.height > 0);
  EYELID_EXPECTS(window.x + window.width <= width_ && window.y + window.height <= height_);
  EYELID_EXPECTS(target_width > 0 && target_height > 0);
  window_ = window;
  target_width_ = target_width;
  target_height_ = target_height;
  shift_ = -offset * scale;
  columns_.resize(static_cast<std::size_t>(target_width));
  for (int i = 0; i < target_width; i++) {
    const int begin = box_begin(i, window.width, target_width);
    const int end = box_end(i, window.width, target_width);
    columns_[static_cast<std::size_t>(i)] = {
        window.x + begin, window.x + end, scale / static_cast<float>(end - begin)};
  }
}

void AreaAverage::write_columns(
    int y, int first, int every, float* target, std::ptrdiff_t step) const {
  const int begin = box_begin(y, window_.height, target_height_);
  const int end = box_end(y, window_.height, target_height_);
  const std::uint32_t* above = sums_above(window_.y + begin);
  const std::uint32_t* below = sums_above(window_.y + end);
  const float row_factor = 1.0f / static_cast<float>(end - begin);
  const Column* column = columns_.data() + first;
  for (int i = first; i < target_width_; i += every, column += every, target += step) {
    const std::uint32_t sum =
        (below[column->end] - below[column->begin]) - (above[column->end] - above[column->begin]);
    *target = static_cast<float>(sum) * (row_factor * column->factor) + shift_;
  }
}

}  // namespace eyelid::frames
