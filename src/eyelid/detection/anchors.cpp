// SPDX-License-Identifier: MIT
#include "eyelid/detection/anchors.hpp"

namespace eyelid::detection {

std::array<Point, kAnchorCount> blazeface_anchors() {
  struct Map {
    int cells;  // per side
    float stride_px;
    int per_cell;
  };
  constexpr std::array<Map, 2> kMaps = {{{16, 8.0f, 2}, {8, 16.0f, 6}}};
  std::array<Point, kAnchorCount> anchors;
  std::size_t index = 0;
  for (const Map& map : kMaps) {
    for (int row = 0; row < map.cells; row++) {
      for (int column = 0; column < map.cells; column++) {
        const Point center = {(static_cast<float>(column) + 0.5f) * map.stride_px,
                              (static_cast<float>(row) + 0.5f) * map.stride_px};
        for (int slot = 0; slot < map.per_cell; slot++) anchors[index++] = center;
      }
    }
  }
  return anchors;
}

}  // namespace eyelid::detection
