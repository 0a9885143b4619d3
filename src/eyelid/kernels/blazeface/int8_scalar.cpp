// SPDX-License-Identifier: MIT
#include <algorithm>

#include "eyelid/kernels/blazeface/blazeface_packed.hpp"

namespace eyelid::kernels::scalar_int8 {
namespace {

int byte_of(std::uint32_t word, int index) { return static_cast<int>(word >> 8 * index & 0xff); }
int signed_byte_of(std::uint32_t word, int index) {
  return static_cast<std::int8_t>(byte_of(word, index));
}

/// round(saturate16(sum >> shift) * factor / 2^15)
int narrowed(std::int32_t sum, const BlazeNarrow& narrow) {
  const std::int32_t saturated = std::clamp(sum >> narrow.shift, -32768, 32767);
  return (saturated * narrow.factor + 0x4000) >> 15;
}

/// Weight of output channel o and input k in the packed layout.
int packed_weight(const BlazeInt8Pointwise& layer, int o, int k) {
  const int groups = (layer.outputs + kChannelGroup - 1) / kChannelGroup;
  const int size = layer.outputs / groups, larger = layer.outputs % groups;
  const int in_larger = larger * (size + 1);
  const int begin =
      o < in_larger ? o / (size + 1) * (size + 1) : in_larger + (o - in_larger) / size * size;
  const int group = o < in_larger ? size + 1 : size;
  const int words = (layer.inputs + 3) / 4;
  return signed_byte_of(layer.weights[begin * words + k / 4 * group + (o - begin)], k % 4);
}

/// Row `row` of the strip's input, counted from the first row of input line 0.
int input_at(const BlazePackedStrip& strip, int input_width, int c, int row, int x) {
  if (x < 0 || x >= input_width) return 0;
  return byte_of(strip.input[row / 4][c * input_width + x], row % 4);
}

int middle_at(const BlazeInt8Block& block, const BlazePackedStrip& strip, int c, int y, int x) {
  const int width = strip.width * block.stride;
  const int words = block.stride == 1 ? 6 : 3;
  const int first_row = block.stride == 1 ? y + 3 : 2 * y;
  const int first_x = block.stride == 1 ? x - 1 : 2 * x;
  std::int32_t sum = block.depthwise_bias[c];
  for (int dx = 0; dx < 3; dx++) {
    const std::uint32_t weights = block.depthwise[c * words + dx * (words / 3)];
    for (int dy = 0; dy < 3; dy++) {
      sum += signed_byte_of(weights, dy) * input_at(strip, width, c, first_row + dy, first_x + dx);
    }
  }
  return std::clamp(narrowed(sum, block.depthwise_narrow[c]), -128, 127);
}

int shortcut_at(const BlazeInt8Block& block, const BlazePackedStrip& strip, int c, int y, int x) {
  if (block.stride == 1) return input_at(strip, strip.width, c, y + 4, x);
  const int width = 2 * strip.width;
  return std::max(std::max(input_at(strip, width, c, 2 * y, 2 * x),
                           input_at(strip, width, c, 2 * y, 2 * x + 1)),
                  std::max(input_at(strip, width, c, 2 * y + 1, 2 * x),
                           input_at(strip, width, c, 2 * y + 1, 2 * x + 1)));
}

void put(std::uint32_t* line, int offset, int row, int value) {
  const std::uint32_t byte = static_cast<std::uint32_t>(std::clamp(value, 0, 255)) << 8 * row;
  line[offset] = row == 0 ? byte : line[offset] | byte;
}

}  // namespace

void word_stem(const BlazeInt8Stem& stem, const BlazePackedStemStrip& strip) {
  for (int y = 0; y < kStripRows; y++) {
    for (int o = 0; o < stem.layer.outputs; o++) {
      for (int x = 0; x < strip.width; x++) {
        std::int32_t sum = stem.layer.bias[o];
        for (int k = 0; k < 25; k++) {
          const std::uint8_t* row = strip.input[2 * y + k / 5];
          const int column = 2 * x + k % 5 - 1;
          const bool is_inside = row != nullptr && column >= 0 && column < 2 * strip.width;
          sum += packed_weight(stem.layer, o, k) * (is_inside ? row[column] : stem.padding);
        }
        put(strip.output[0], o * strip.width + x, y, narrowed(sum, stem.layer.narrow[o]));
      }
    }
  }
}

void word_block(const BlazeInt8Block& block, const BlazePackedStrip& strip) {
  const BlazeInt8Pointwise& layer = block.pointwise;
  int middle[kBlazeMaxChannels];
  for (int y = 0; y < kStripRows; y++) {
    for (int x = 0; x < strip.width; x++) {
      for (int c = 0; c < block.channels; c++) middle[c] = middle_at(block, strip, c, y, x) + 128;
      for (int o = 0; o < layer.outputs; o++) {
        std::int32_t sum = layer.bias[o];
        for (int k = 0; k < block.channels; k++) sum += packed_weight(layer, o, k) * middle[k];
        if (o < block.channels) {
          sum += shortcut_at(block, strip, o, y, x) * layer.shortcut_factor[o];
        }
        put(strip.output[0], o * strip.width + x, y, narrowed(sum, layer.narrow[o]));
      }
    }
  }
}

void word_unpack(const std::uint32_t* line, int count, float* const* rows) {
  for (int y = 0; y < kStripRows; y++) {
    for (int i = 0; i < count; i++) rows[y][i] = static_cast<float>(byte_of(line[i], y));
  }
}

}  // namespace eyelid::kernels::scalar_int8
