// SPDX-License-Identifier: MIT
#include "eyelid/detection/mtcnn_boxes.hpp"

#include <algorithm>
#include <numeric>

namespace eyelid::detection {

void MtcnnSuppression::run(std::vector<MtcnnBox>& boxes, float threshold, MtcnnOverlap overlap) {
  const std::size_t count = boxes.size();
  const float one = overlap == MtcnnOverlap::OfSmaller ? 1.0f : 0.0f;
  order_.resize(count);
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
    return boxes[a].score > boxes[b].score;
  });
  for (std::vector<float>* numbers : {&left_, &top_, &right_, &bottom_, &area_}) {
    numbers->resize(count);
  }
  for (std::size_t i = 0; i < count; i++) {
    const MtcnnBox& box = boxes[order_[i]];
    left_[i] = box.left;
    top_[i] = box.top;
    right_[i] = box.right;
    bottom_[i] = box.bottom;
    area_[i] = (box.right - box.left + one) * (box.bottom - box.top + one);
  }
  is_dropped_.assign(count, 0);
  kept_.clear();
  for (std::size_t i = 0; i < count; i++) {
    if (is_dropped_[i] != 0) continue;
    kept_.push_back(boxes[order_[i]]);
    const float left = left_[i], top = top_[i], right = right_[i], bottom = bottom_[i];
    const float area = area_[i];
    for (std::size_t k = i + 1; k < count; k++) {  // without a branch: the compiler vectorizes it
      const float width =
          std::max(0.0f, std::min(right, right_[k]) - std::max(left, left_[k]) + one);
      const float height =
          std::max(0.0f, std::min(bottom, bottom_[k]) - std::max(top, top_[k]) + one);
      const float both = width * height;
      const float whole =
          overlap == MtcnnOverlap::OfUnion ? area + area_[k] - both : std::min(area, area_[k]);
      is_dropped_[k] |= static_cast<unsigned char>(both / whole > threshold);
    }
  }
  boxes.swap(kept_);
}

void apply_correction(MtcnnBox& box, float one) {
  const float width = box.right - box.left + one, height = box.bottom - box.top + one;
  box.left += box.correction[0] * width;
  box.top += box.correction[1] * height;
  box.right += box.correction[2] * width;
  box.bottom += box.correction[3] * height;
}

void make_square(MtcnnBox& box) {
  const float width = box.right - box.left, height = box.bottom - box.top;
  const float side = std::max(width, height);
  box.left = box.left + width * 0.5f - side * 0.5f;
  box.top = box.top + height * 0.5f - side * 0.5f;
  box.right = box.left + side;
  box.bottom = box.top + side;
}

}  // namespace eyelid::detection
