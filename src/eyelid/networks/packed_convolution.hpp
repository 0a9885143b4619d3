// SPDX-License-Identifier: MIT
#pragma once

// Private to this room: weights in the order the convolution kernels read them.

#include <cstddef>

#include "eyelid/compute/aligned_buffer.hpp"
#include "eyelid/kernels/convolution/convolution.hpp"

namespace eyelid::networks {

/// Upper bound of what the kernels read and write past the last position of a map.
inline constexpr std::ptrdiff_t kMapSlack = 4 * kernels::kConvolutionBlock;

inline std::ptrdiff_t whole_blocks(std::ptrdiff_t count) {
  constexpr std::ptrdiff_t kBlock = kernels::kConvolutionBlock;
  return (count + kBlock - 1) / kBlock * kBlock;
}

struct PackedConvolution {
  int inputs = 0;
  int outputs = 0;  // a multiple of kConvolutionGroup
  int window = 0;
  compute::AlignedBuffer<float> weights, bias, slopes;

  kernels::Convolution view() const {
    return {inputs, outputs, window, weights.data(), bias.data(), slopes.data()};
  }
  /// The 8 output channels from `begin` on.
  kernels::Convolution group(int begin) const {
    return {inputs,
            kernels::kConvolutionGroup,
            window,
            weights.data() + begin * inputs * window * window,
            bias.data() + begin,
            slopes.data() + begin};
  }
};

}  // namespace eyelid::networks
