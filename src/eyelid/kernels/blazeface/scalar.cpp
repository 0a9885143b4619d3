// SPDX-License-Identifier: MIT
#include <algorithm>

#include "eyelid/kernels/blazeface/blazeface_kernels.hpp"
#include "eyelid/kernels/multiply_add.hpp"

namespace eyelid::kernels::scalar {
namespace {

float larger(float a, float b) { return a > b ? a : b; }

/// Output channel o of BlazePointwise at `width` pixels: sums[x] += weight(o, k) * input[k][x].
void add_products(const BlazePointwise& layer, int o, const float* input, int width, float* sums) {
  const auto [begin, size] = channel_group(layer.outputs, o);
  const float* weight = layer.weights + begin * layer.inputs + (o - begin);
  for (int k = 0; k < layer.inputs; k++, weight += size, input += width) {
    for (int x = 0; x < width; x++) sums[x] = multiply_add(input[x], *weight, sums[x]);
  }
}

/// Row y of the depthwise result of channel c.
void depthwise_row(const BlazeBlock& block, const BlazeStrip& strip, int c, int y, float* sums) {
  const int input_width = strip.width * block.stride;
  const int left = block.stride == 1 ? -1 : 0;
  std::fill_n(sums, strip.width, block.depthwise_bias[c]);
  for (int tap = 0; tap < 9; tap++) {
    const float* row = strip.input[block.stride * y + tap / 3] + c * input_width;
    const float weight = block.depthwise[9 * c + tap];
    for (int x = 0; x < strip.width; x++) {
      const int column = block.stride * x + left + tap % 3;
      const bool is_inside = column >= 0 && column < input_width;
      sums[x] = multiply_add(is_inside ? row[column] : 0.0f, weight, sums[x]);
    }
  }
}

float shortcut_at(const BlazeBlock& block, const BlazeStrip& strip, int o, int y, int x) {
  if (block.stride == 1) return strip.input[y + 1][o * strip.width + x];
  const float* upper = strip.input[2 * y] + o * 2 * strip.width + 2 * x;
  const float* lower = strip.input[2 * y + 1] + o * 2 * strip.width + 2 * x;
  return larger(larger(upper[0], upper[1]), larger(lower[0], lower[1]));
}

/// The normalized pixel under tap k of the window of output pixel x of row y.
float stem_tap(const BlazeStem& stem, const BlazeStemStrip& strip, int y, int x, int k) {
  const std::uint8_t* row = strip.input[2 * y + k / 5];
  const int column = 2 * x + k % 5 - 1;
  if (row == nullptr || column < 0 || column >= 2 * strip.width) return 0.0f;
  return static_cast<float>(row[column]) * stem.scale + stem.offset;
}

void clamp_at_zero(float* values, int count) {
  for (int i = 0; i < count; i++) values[i] = larger(values[i], 0.0f);
}

}  // namespace

void blaze_stem(const BlazeStem& stem, const BlazeStemStrip& strip) {
  const BlazePointwise layer{kBlazeStemTaps, stem.outputs, stem.weights, stem.bias};
  float* taps = strip.workspace;  // [k][x]
  for (int y = 0; y < kStripRows; y++) {
    for (int k = 0; k < kBlazeStemTaps; k++) {
      for (int x = 0; x < strip.width; x++) {
        taps[k * strip.width + x] = stem_tap(stem, strip, y, x, k);
      }
    }
    for (int o = 0; o < stem.outputs; o++) {
      float* output = strip.output[y] + o * strip.width;
      std::fill_n(output, strip.width, stem.bias[o]);
      add_products(layer, o, taps, strip.width, output);
      clamp_at_zero(output, strip.width);
    }
  }
}

void blaze_block(const BlazeBlock& block, const BlazeStrip& strip) {
  const BlazePointwise& layer = block.pointwise;
  float* middle = strip.workspace;  // of one row, [channel][x]
  for (int y = 0; y < kStripRows; y++) {
    for (int c = 0; c < layer.inputs; c++) {
      depthwise_row(block, strip, c, y, middle + c * strip.width);
    }
    for (int o = 0; o < layer.outputs; o++) {
      float* output = strip.output[y] + o * strip.width;
      std::fill_n(output, strip.width, layer.bias[o]);
      for (int x = 0; x < strip.width && o < layer.inputs; x++) {
        output[x] += shortcut_at(block, strip, o, y, x);
      }
      add_products(layer, o, middle, strip.width, output);
      clamp_at_zero(output, strip.width);
    }
  }
}

void blaze_pointwise(const BlazePointwise& layer,
                     const float* const* rows,
                     int width,
                     float* output) {
  for (int o = 0; o < layer.outputs; o++) {
    for (int y = 0; y < kStripRows; y++, output += width) {
      std::fill_n(output, width, layer.bias[o]);
      add_products(layer, o, rows[y], width, output);
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
    for (int k = 0; k < inputs; k++) {
      sum = multiply_add(input[k * stride], weights[16 * k + j], sum);
    }
    output[j] = sum;
  }
}

}  // namespace eyelid::kernels::scalar
