// SPDX-License-Identifier: MIT
#include "studies/ipu/convolution.hpp"

#include <algorithm>
#include <utility>

namespace eyelid::ipu {
namespace {

int dilated(int size, int dilation) { return (size - 1) * dilation + 1; }

}  // namespace

int Convolution::output_size(int d) const {
  const auto i = static_cast<std::size_t>(d);
  const int padded = dilated(field[i], input_dilation[i]) + padding_lower[i] + padding_upper[i];
  return (padded - dilated(kernel[i], kernel_dilation[i])) / stride[i] + 1;
}

int Convolution::input_range(int d, int output_count, int taps) const {
  const auto i = static_cast<std::size_t>(d);
  const int positions = (output_count - 1) * stride[i] + dilated(taps, kernel_dilation[i]);
  return std::min((positions - 1) / input_dilation[i] + 1, field[i]);
}

Convolution ConvolutionLayer::backward() const {
  Convolution result = forward;
  std::swap(result.inputs, result.outputs);
  result.input_dilation = forward.stride;
  result.stride = {1, 1};
  for (std::size_t d = 0; d < 2; d++) {
    result.field[d] = forward.output_size(static_cast<int>(d));
    const int reach = dilated(forward.kernel[d], forward.kernel_dilation[d]);
    result.padding_lower[d] = reach - 1 - forward.padding_lower[d];
    // Whatever makes the gradient as large as the input.
    result.padding_upper[d] = forward.field[d] + reach - 1 - result.padding_lower[d] -
                              dilated(result.field[d], result.input_dilation[d]);
  }
  return result;
}

Convolution ConvolutionLayer::weight_update() const {
  Convolution result = forward;
  std::swap(result.batch, result.inputs);
  result.input_dilation = {1, 1};
  result.kernel_dilation = forward.stride;
  result.stride = forward.kernel_dilation;
  for (std::size_t d = 0; d < 2; d++) {
    result.kernel[d] = forward.output_size(static_cast<int>(d));
    result.padding_upper[d] = dilated(result.kernel[d], result.kernel_dilation[d]) +
                              (forward.kernel[d] - 1) * result.stride[d] - forward.field[d] -
                              result.padding_lower[d];
  }
  return result;
}

bool ConvolutionLayer::is_fully_connected() const {
  return forward.field == Pair{1, 1} && forward.kernel == Pair{1, 1};
}

}  // namespace eyelid::ipu
