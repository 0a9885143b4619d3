// SPDX-License-Identifier: MIT
#pragma once

// Private to the MTCNN networks: weights in the order the kernels read them.

#include <cstddef>
#include <vector>

#include "eyelid/compute/aligned_buffer.hpp"
#include "eyelid/kernels/convolution/convolution.hpp"
#include "eyelid/networks/mtcnn_weights.hpp"

namespace eyelid::networks {

/// Upper bound of what the kernels read and write past the last position of a map.
inline constexpr std::ptrdiff_t kMtcnnSlack = 4 * kernels::kConvolutionBlock;

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

/// A convolution of a crop network and the pooling that follows.
struct MtcnnStage {
  PackedConvolution convolution;
  int pool = 0;  // size of the windows; 0: none
};

struct PackedMtcnn {
  compute::AlignedBuffer<float> first_weights, first_bias, first_slopes;  // of P-net
  PackedConvolution second, third;
  compute::AlignedBuffer<float> face_weights;  // of the logit: face minus background
  float face_bias = 0.0f;
  MtcnnLayer corrections;
  std::vector<MtcnnStage> rnet, onet;  // the heads are one last stage
};

}  // namespace eyelid::networks
