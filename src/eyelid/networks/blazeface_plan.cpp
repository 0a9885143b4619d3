// SPDX-License-Identifier: MIT
#include "eyelid/networks/blazeface_plan.hpp"

#include <algorithm>

#include "eyelid/core/error.hpp"
#include "eyelid/kernels/blazeface/blazeface_kernels.hpp"

namespace eyelid::networks {
namespace {

using kernels::kRowSlack;
using kernels::kStripRows;

/// A strip reads rows of at most three strips of its input.
constexpr int kRingRows = 3 * kStripRows;
constexpr int kNarrowestRing = 32;

const BlazeFaceBlockShape& shape_of(int layer) {
  return kBlazeFaceBlocks[static_cast<std::size_t>(layer - 1)];
}

/// Orders the strips: appends those of `layer` until `rows` are done, each after the strips that it
/// reads.
class Order {
 public:
  explicit Order(BlazeFacePlan& plan) : plan_(plan) {}

  void produce(int layer, int rows) {
    int& done = done_rows_[static_cast<std::size_t>(layer)];
    for (; done < rows; done += kStripRows) {
      if (layer > 0) {
        const int needed =
            shape_of(layer).stride == 1 ? done + kStripRows + 1 : 2 * (done + kStripRows) + 1;
        produce(layer - 1, std::min(needed, plan_.maps[static_cast<std::size_t>(layer - 1)].width));
      }
      plan_.strips.push_back({layer, done});
    }
  }

 private:
  BlazeFacePlan& plan_;
  std::array<int, kBlazeFaceLayers> done_rows_{};
};

}  // namespace

BlazeFacePlan plan_blazeface(int rows_per_element) {
  BlazeFacePlan plan;
  std::array<std::size_t, kBlazeFaceLayers> sizes{};
  int width = kBlazeFaceInput_px / 2;
  for (int layer = 0; layer < kBlazeFaceLayers; layer++) {
    const auto i = static_cast<std::size_t>(layer);
    if (layer > 0) width /= shape_of(layer).stride;
    BlazeFaceMap& map = plan.maps[i];
    map.width = width;
    map.channels = layer == 0 ? kBlazeFaceStemChannels : shape_of(layer).outputs;
    map.kept_rows = width >= kNarrowestRing ? kRingRows : width;
    sizes[i] = static_cast<std::size_t>(width * map.channels * map.kept_rows / rows_per_element) +
               2 * kRowSlack;
  }

  // The rings, followed by the first whole map, which reads the last of them.
  std::size_t layer = 0;
  for (bool is_behind_rings = false; !is_behind_rings; layer++) {
    is_behind_rings = plan.maps[layer].kept_rows == plan.maps[layer].width;
    plan.maps[layer].begin = plan.size + kRowSlack;
    plan.size += sizes[layer];
  }
  // Now the rings are free. Three areas in their memory: two for alternating layers, one for the
  // 16x16 map that a head reads.
  std::array<std::size_t, 2> turns{};
  for (std::size_t i = layer; i < kBlazeFaceLayers; i++) {
    if (i != kBlazeFaceLast16) turns[i % 2] = std::max(turns[i % 2], sizes[i]);
  }
  for (std::size_t i = layer; i < kBlazeFaceLayers; i++) {
    const std::size_t place = i == kBlazeFaceLast16 ? turns[0] + turns[1] : i % 2 * turns[0];
    plan.maps[i].begin = place + kRowSlack;
    // Still being read: the first whole map and the previous layer.
    EYELID_EXPECTS(i > layer || place + sizes[i] <= plan.maps[layer - 1].begin - kRowSlack);
    plan.size = std::max(plan.size, place + sizes[i]);
  }

  Order order(plan);
  for (int i = 0; i < kBlazeFaceLayers; i++) {
    const BlazeFaceMap& map = plan.maps[static_cast<std::size_t>(i)];
    if (map.kept_rows == map.width) order.produce(i, map.width);
  }
  return plan;
}

}  // namespace eyelid::networks
