// SPDX-License-Identifier: MIT
#pragma once

#include <array>

#include "eyelid/networks/eye_finder_weights.hpp"
#include "eyelid/networks/packed_convolution.hpp"

namespace eyelid::networks {

/// The eye finder as CPU and GPU read it. A 4x4 window with stride 2 is a 2x2 window over four
/// times as many maps, the phases of each: channel c, rows 2 y + i, columns 2 x + k are map
/// 4 c + 2 i + k.
struct PackedEyeFinder {
  std::array<PackedConvolution, kEyeFinderConvolutions.size()> convolutions;
  /// Row 0 is the bias, row 1 + i the weights of input i; `kDenseColumns` numbers each, unused ones
  /// zero.
  std::array<compute::AlignedBuffer<float>, kEyeFinderDenses.size()> denses;

  static constexpr std::array<std::ptrdiff_t, kEyeFinderDenses.size()> kDenseColumns = {96, 32};
};

}  // namespace eyelid::networks
