// SPDX-License-Identifier: MIT
#include <algorithm>
#include <bit>

#include "eyelid/kernels/blazeface/blazeface_packed.hpp"

namespace eyelid::kernels {
namespace scalar_bf16 {
namespace {

/// Half 0 (low) or 1 of a word.
float half_of(std::uint32_t word, int index) {
  return std::bit_cast<float>(index == 0 ? word << 16 : word & 0xffff0000u);
}

/// To the nearest bfloat16, ties to even; as the upper half of a single.
std::uint32_t rounded(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000u;
}

float packed_weight(const std::uint32_t* weights, int words, int outputs, int o, int k) {
  const auto [begin, size] = channel_group(outputs, o);
  return half_of(weights[begin * words + k / 2 * size + (o - begin)], k % 2);
}

/// Row `row` of the strip's input, counted from the first row of input line 0.
float input_at(const BlazePackedStrip& strip, int input_width, int c, int row, int x) {
  if (x < 0 || x >= input_width) return 0.0f;
  return half_of(strip.input[row / 2][c * input_width + x], row % 2);
}

/// Weight (dy, dx) of the window.
float depthwise_weight(const BlazeBf16Block& block, int c, int dy, int dx) {
  const std::uint32_t* column =
      block.depthwise + (block.stride == 1 ? 12 * c + 4 * dx + 2 : 6 * c + 2 * dx);
  return half_of(column[dy / 2], dy % 2);
}

float middle_at(const BlazeBf16Block& block, const BlazePackedStrip& strip, int c, int y, int x) {
  const int width = strip.width * block.stride;
  const int first_row = block.stride == 1 ? y + 1 : 2 * y;
  const int first_x = block.stride == 1 ? x - 1 : 2 * x;
  float sum = block.depthwise_bias[c];
  for (int dx = 0; dx < 3; dx++) {
    for (int dy = 0; dy < 3; dy++) {
      sum += depthwise_weight(block, c, dy, dx) *
             input_at(strip, width, c, first_row + dy, first_x + dx);
    }
  }
  return std::bit_cast<float>(rounded(sum));
}

float shortcut_at(const BlazeBf16Block& block, const BlazePackedStrip& strip, int c, int y, int x) {
  if (block.stride == 1) return input_at(strip, strip.width, c, y + 2, x);
  const int width = 2 * strip.width;
  return std::max(std::max(input_at(strip, width, c, 2 * y, 2 * x),
                           input_at(strip, width, c, 2 * y, 2 * x + 1)),
                  std::max(input_at(strip, width, c, 2 * y + 1, 2 * x),
                           input_at(strip, width, c, 2 * y + 1, 2 * x + 1)));
}

void put(std::uint32_t* const* lines, int offset, int row, float value) {
  std::uint32_t& word = lines[row / 2][offset];
  const std::uint32_t bits = rounded(std::max(value, 0.0f));
  word = row % 2 == 0 ? bits >> 16 : word | bits;
}

}  // namespace

void word_stem(const BlazeBf16Stem& stem, const BlazePackedStemStrip& strip) {
  for (int y = 0; y < kStripRows; y++) {
    for (int o = 0; o < stem.outputs; o++) {
      for (int x = 0; x < strip.width; x++) {
        float sum = stem.bias[o];
        for (int k = 0; k < 25; k++) {
          const std::uint8_t* row = strip.input[2 * y + k / 5];
          const int column = 2 * x + k % 5 - 1;
          if (row == nullptr || column < 0 || column >= 2 * strip.width) continue;
          const float pixel =
              std::bit_cast<float>(rounded(static_cast<float>(row[column]) - stem.zero));
          sum += pixel * packed_weight(stem.weights, 15, stem.outputs, o, k / 5 * 6 + k % 5);
        }
        put(strip.output, o * strip.width + x, y, sum);
      }
    }
  }
}

void word_block(const BlazeBf16Block& block, const BlazePackedStrip& strip) {
  const BlazeBf16Pointwise& layer = block.pointwise;
  float middle[kBlazeMaxChannels];
  for (int y = 0; y < kStripRows; y++) {
    for (int x = 0; x < strip.width; x++) {
      for (int c = 0; c < layer.inputs; c++) middle[c] = middle_at(block, strip, c, y, x);
      for (int o = 0; o < layer.outputs; o++) {
        float sum = layer.bias[o];
        if (o < layer.inputs) sum += shortcut_at(block, strip, o, y, x);
        for (int k = 0; k < layer.inputs; k++) {
          sum += middle[k] * packed_weight(layer.weights, layer.inputs / 2, layer.outputs, o, k);
        }
        put(strip.output, o * strip.width + x, y, sum);
      }
    }
  }
}

void word_unpack(const std::uint32_t* line, int width, int channels, float* const* rows) {
  const int count = width * channels;
  for (int y = 0; y < 2; y++) {
    for (int i = 0; i < count; i++) rows[y][i] = half_of(line[i], y);
  }
}

}  // namespace scalar_bf16

const BlazeBf16Kernels kScalarBf16Kernels = {
    "scalar", 0, scalar_bf16::word_stem, scalar_bf16::word_block, scalar_bf16::word_unpack};

}  // namespace eyelid::kernels
