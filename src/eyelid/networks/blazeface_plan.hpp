// SPDX-License-Identifier: MIT
// Private to blazeface_network.cpp: the memory layout of BlazeFace front's maps, and the order of
// its strips.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "eyelid/networks/blazeface_weights.hpp"

namespace eyelid::networks {

/// The stem is layer 0, block i layer i + 1.
inline constexpr int kBlazeFaceLayers = kBlazeFaceBlockCount + 1;
inline constexpr int kBlazeFaceLast16 = 11;  // layer of the last 16x16 map
inline constexpr int kBlazeFaceLast8 = 16;

/// The output of one layer: `kept_rows` rows of its map, row y at y % kept_rows. An element is a
/// number, or a word of several rows (kernels/blazeface/blazeface_packed.hpp).
struct BlazeFaceMap {
  int width = 0;
  int channels = 0;
  int kept_rows = 0;
  std::size_t begin = 0;  // first element, in the memory of all maps

  /// Element where the line of row y begins.
  std::size_t line(int y, int rows_per_element) const {
    return begin + static_cast<std::size_t>(y % kept_rows / rows_per_element * width * channels);
  }
};

/// The wide maps, 32 and 64 columns, are rings of the last 12 rows; their layers run strip by
/// strip, each as soon as its input is ready, so that everything stays in the second-level cache.
/// The narrow maps are whole, run layer by layer, and reuse the memory of the rings. The two maps
/// that the heads read are kept.
struct BlazeFacePlan {
  struct Strip {
    int layer;
    int y;  // first row of its output
  };
  std::array<BlazeFaceMap, kBlazeFaceLayers> maps;
  std::size_t size = 0;       // elements of all maps with the slack around them
  std::vector<Strip> strips;  // in the order of work
};
BlazeFacePlan plan_blazeface(int rows_per_element);

}  // namespace eyelid::networks
