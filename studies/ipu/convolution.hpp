// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <string>

namespace eyelid::ipu {

/// a / b of positive numbers, rounded up.
inline int ceil_div(int a, int b) { return (a + b - 1) / b; }

/// Two field dimensions, rows then columns.
using Pair = std::array<int, 2>;

/// The three convolutions that training one layer takes.
enum class Pass { Forward, Backward, WeightUpdate };

/// A grouped convolution as the planner sees it. All three passes of a layer have this form:
///
///   output(b, g, o, y) = sum over i, k of input(b, g, i, (y * stride + k * kernel_dilation -
///                        padding_lower) / input_dilation) * kernel(g, o, i, k)
///
/// where only whole input positions inside the field count. Padding may be negative: that many
/// positions are cut off.
struct Convolution {
  int batch = 1;
  int groups = 1;
  int inputs = 1;   // channels per group
  int outputs = 1;  // channels per group
  Pair field = {1, 1};
  Pair kernel = {1, 1};
  Pair stride = {1, 1};
  Pair input_dilation = {1, 1};
  Pair kernel_dilation = {1, 1};
  Pair padding_lower = {0, 0};
  Pair padding_upper = {0, 0};

  bool operator==(const Convolution&) const = default;

  int output_size(int dimension) const;
  /// Input positions that `outputs` neighboring outputs and `taps` neighboring taps of the kernel
  /// need, at most the whole field.
  int input_range(int dimension, int output_count, int taps) const;
};

/// A layer of a network: the forward convolution, and what the other passes are as convolutions.
struct ConvolutionLayer {
  std::string name;
  Convolution forward;

  /// Gradient of the input: deltas spread by the stride, kernel turned, channels exchanged.
  Convolution backward() const;
  /// Gradient of the kernel: the batch is summed over like an input channel, the deltas are the
  /// kernel.
  Convolution weight_update() const;
  /// One field position and tap: a matrix product.
  bool is_fully_connected() const;
};

}  // namespace eyelid::ipu
