// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "eyelid/networks/blazeface_weights.hpp"
#include "studies/ipu/convolution.hpp"

namespace eyelid::ipu {

/// A feature map of one image, planar: (channels, height, width).
struct TensorShape {
  int channels = 0;
  int height = 0;
  int width = 0;
  double elements() const { return 1.0 * channels * height * width; }
};

enum class OperationKind {
  Convolution,  // with bias, then ReLU where `relu`
  MaxPool,      // 2x2, stride 2
  Add,          // of two maps; one with fewer channels counts as 0 beyond; then ReLU
};

/// One step of the network. Tensors are numbered; 0 is the input.
struct Operation {
  OperationKind kind = OperationKind::Convolution;
  std::string name;
  Convolution convolution;     // batch 1
  std::vector<float> weights;  // (group, output, input, row, column)
  std::vector<float> bias;     // (group, output)
  bool relu = false;
  int input = 0;
  int other = -1;  // Add
  int output = 0;
};

/// A network as the chip runs it. Results: the tensors in `outputs`.
struct Network {
  std::vector<TensorShape> tensors;
  std::vector<Operation> operations;
  std::vector<int> outputs;  // scores_16, boxes_16, scores_8, boxes_8
  double weight_count() const;
  double output_elements() const;
};

/// BlazeFace front as the study ran it: three input channels of 128x128. Gray weights are spread
/// over three equal channels, which changes nothing but rounding.
Network blazeface_network(const networks::BlazeFaceWeights& weights);

}  // namespace eyelid::ipu
