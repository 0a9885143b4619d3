// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <vector>

#include "eyelid/networks/packed_convolution.hpp"
#include "eyelid/networks/point_network_shape.hpp"

namespace eyelid::networks {

/// A PointNetwork's weights as CPU and GPU read them. A 4x4 window with stride 2 is a 2x2 window
/// over four times as many maps, the phases of each: channel c, rows 2 y + i, columns 2 x + k are
/// map 4 c + 2 i + k.
struct PackedPointNetwork {
  const PointNetworkShape* shape;
  std::vector<PackedConvolution> convolutions;
  /// Row 0 is the bias, row 1 + i the weights of input i; `columns` numbers each, unused ones zero.
  struct Dense {
    std::ptrdiff_t columns;  // a multiple of 32
    compute::AlignedBuffer<float> weights;
  };
  std::array<Dense, 2> denses;
};

}  // namespace eyelid::networks
