// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <vector>

namespace eyelid::detection {

/// A candidate of MTCNN. Edges in its own convention: pixels counted from 1, both ends belonging to
/// the box, as MATLAB left it.
struct MtcnnBox {
  float left = 0.0f, top = 0.0f, right = 0.0f, bottom = 0.0f;
  float score = 0.0f;
  std::array<float, 4> correction{};  // of left, top, right, bottom in parts of the box
  std::array<float, 10> points{};     // O-net: 5 x, then 5 y, in parts of the box
};

/// What the intersection is compared with, and how extents are counted: P- and R-net's suppression
/// comes from torchvision (right - left), O-net's from MATLAB (right - left + 1).
enum class MtcnnOverlap { OfUnion, OfSmaller };

/// Non-maximum suppression: keeps the best and drops every box that overlaps it by more than
/// `threshold`, then the same with those left. Best first; equal scores in input order.
class MtcnnSuppression {
 public:
  void run(std::vector<MtcnnBox>& boxes, float threshold, MtcnnOverlap overlap);

 private:
  std::vector<std::size_t> order_;
  std::vector<float> left_, top_, right_, bottom_, area_;
  std::vector<unsigned char> is_dropped_;
  std::vector<MtcnnBox> kept_;
};

/// Moves the edges by the corrections, in parts of right - left + `one`, bottom - top + `one`.
void apply_correction(MtcnnBox& box, float one);

/// The square of the longer side about the same center.
void make_square(MtcnnBox& box);

}  // namespace eyelid::detection
