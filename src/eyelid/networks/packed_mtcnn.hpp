// SPDX-License-Identifier: MIT
#pragma once

// Private to the MTCNN networks: weights in the order the kernels read them.

#include <vector>

#include "eyelid/networks/mtcnn_weights.hpp"
#include "eyelid/networks/packed_convolution.hpp"

namespace eyelid::networks {

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
