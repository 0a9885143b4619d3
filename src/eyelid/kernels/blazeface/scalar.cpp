// SPDX-License-Identifier: MIT
#include <algorithm>

#include "eyelid/kernels/blazeface/blazeface_kernels.hpp"

namespace eyelid::kernels::scalar {
namespace {

/// Weight of output channel o and input k in the packed layout of BlazePointwise.
float packed_weight(const float* weights, int inputs, int outputs, int o, int k) {
  const int groups = (outputs + kChannelGroup - 1) / kChannelGroup;
  const int size = outputs / groups;
  const int larger = outputs % groups;  // groups of size + 1, in front
  const int in_larger = larger * (size + 1);
  const int group_begin =
      o < in_larger ? o / (size + 1) * (size + 1) : in_larger + (o - in_larger) / size * size;
  const int group_size = o < in_larger ? size + 1 : size;
  return weights[group_begin * inputs + k * group_size + (o - group_begin)];
}

float depthwise_at(const BlazeBlock& block, const BlazeStrip& strip, int c, int y, int x) {
  const int input_width = strip.width * block.stride;
  float sum = block.depthwise_bias[c];
  for (int dy = 0; dy < 3; dy++) {
    const float* row = strip.input[block.stride * y + dy] + c * input_width;
    for (int dx = 0; dx < 3; dx++) {
      const int column = block.stride == 1 ? x + dx - 1 : 2 * x + dx;
      if (column < 0 || column >= input_width) continue;
      sum += row[column] * block.depthwise[9 * c + 3 * dy + dx];
    }
  }
  return sum;
}

float shortcut_at(const BlazeBlock& block, const BlazeStrip& strip, int o, int y, int x) {
  if (o >= block.pointwise.inputs) return 0.0f;
  if (block.stride == 1) return strip.input[y + 1][o * strip.width + x];
  const float* upper = strip.input[2 * y] + o * 2 * strip.width + 2 * x;
  const float* lower = strip.input[2 * y + 1] + o * 2 * strip.width + 2 * x;
  return std::max(std::max(upper[0], upper[1]), std::max(lower[0], lower[1]));
}

}  // namespace

void blaze_stem(const BlazeStem& stem, const BlazeStemStrip& strip) {
  for (int y = 0; y < kStripRows; y++) {
    for (int o = 0; o < stem.outputs; o++) {
      for (int x = 0; x < strip.width; x++) {
        float sum = stem.bias[o];
        for (int k = 0; k < 25; k++) {
          const std::uint8_t* row = strip.input[2 * y + k / 5];
          const int column = 2 * x + k % 5 - 1;
          if (row == nullptr || column < 0 || column >= 2 * strip.width) continue;
          const float normalized = static_cast<float>(row[column]) * stem.scale + stem.offset;
          sum += normalized * packed_weight(stem.weights, 25, stem.outputs, o, k);
        }
        strip.output[y][o * strip.width + x] = std::max(sum, 0.0f);
      }
    }
  }
}

void blaze_block(const BlazeBlock& block, const BlazeStrip& strip) {
  const BlazePointwise& pointwise = block.pointwise;
  float* middle = strip.workspace;  // of one pixel
  for (int y = 0; y < kStripRows; y++) {
    for (int x = 0; x < strip.width; x++) {
      for (int c = 0; c < pointwise.inputs; c++) middle[c] = depthwise_at(block, strip, c, y, x);
      for (int o = 0; o < pointwise.outputs; o++) {
        float sum = pointwise.bias[o] + shortcut_at(block, strip, o, y, x);
        for (int k = 0; k < pointwise.inputs; k++) {
          sum += middle[k] *
                 packed_weight(pointwise.weights, pointwise.inputs, pointwise.outputs, o, k);
        }
        strip.output[y][o * strip.width + x] = std::max(sum, 0.0f);
      }
    }
  }
}

void blaze_pointwise(const BlazePointwise& layer,
                     const float* const* rows,
                     int width,
                     float* output) {
  for (int o = 0; o < layer.outputs; o++) {
    for (int i = 0; i < kStripRows * width; i++) {
      const float* pixel = rows[i / width] + i % width;
      float sum = layer.bias[o];
      for (int k = 0; k < layer.inputs; k++) {
        sum += pixel[k * width] * packed_weight(layer.weights, layer.inputs, layer.outputs, o, k);
      }
      output[o * kStripRows * width + i] = sum;
    }
  }
}

void blaze_regress(const float* input,
                   std::ptrdiff_t stride,
                   int inputs,
                   const float* weights,
                   const float* bias,
                   float* output) {
  for (int j = 0; j < 16; j++) {
    float sum = bias[j];
    for (int k = 0; k < inputs; k++) sum += input[k * stride] * weights[16 * k + j];
    output[j] = sum;
  }
}

}  // namespace eyelid::kernels::scalar
