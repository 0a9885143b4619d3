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

/// Output channel o at `width` pixels, of `inputs` inputs: sums[x] += weight(o, k) * input[k][x].
void add_products(const BlazeInt8Pointwise& layer,
                  int o,
                  const std::int32_t* input,
                  int inputs,
                  int width,
                  std::int32_t* sums) {
  const auto [begin, size] = channel_group(layer.outputs, o);
  const std::uint32_t* words = layer.weights + begin * ((layer.inputs + 3) / 4) + (o - begin);
  for (int k = 0; k < inputs; k++, input += width) {
    const int weight = signed_byte_of(words[k / 4 * size], k % 4);
    for (int x = 0; x < width; x++) sums[x] += weight * input[x];
  }
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
  auto* taps = reinterpret_cast<std::int32_t*>(strip.workspace);  // [k][x]
  std::int32_t sums[kMaxWidth];
  for (int y = 0; y < kStripRows; y++) {
    for (int k = 0; k < kBlazeStemTaps; k++) {
      const std::uint8_t* row = strip.input[2 * y + k / 5];
      for (int x = 0; x < strip.width; x++) {
        const int column = 2 * x + k % 5 - 1;
        const bool is_inside = row != nullptr && column >= 0 && column < 2 * strip.width;
        taps[k * strip.width + x] = is_inside ? row[column] : stem.padding;
      }
    }
    for (int o = 0; o < stem.layer.outputs; o++) {
      std::fill_n(sums, strip.width, stem.layer.bias[o]);
      add_products(stem.layer, o, taps, kBlazeStemTaps, strip.width, sums);
      for (int x = 0; x < strip.width; x++) {
        put(strip.output[0], o * strip.width + x, y, narrowed(sums[x], stem.layer.narrow[o]));
      }
    }
  }
}

void word_block(const BlazeInt8Block& block, const BlazePackedStrip& strip) {
  const BlazeInt8Pointwise& layer = block.pointwise;
  auto* middle = reinterpret_cast<std::int32_t*>(strip.workspace);  // of one row, [channel][x]
  std::int32_t sums[kMaxWidth];
  for (int y = 0; y < kStripRows; y++) {
    for (int c = 0; c < block.channels; c++) {
      for (int x = 0; x < strip.width; x++) {
        middle[c * strip.width + x] = middle_at(block, strip, c, y, x) + 128;
      }
    }
    for (int o = 0; o < layer.outputs; o++) {
      std::fill_n(sums, strip.width, layer.bias[o]);
      add_products(layer, o, middle, block.channels, strip.width, sums);
      for (int x = 0; x < strip.width; x++) {
        if (o < block.channels) {
          sums[x] += shortcut_at(block, strip, o, y, x) * layer.shortcut_factor[o];
        }
        put(strip.output[0], o * strip.width + x, y, narrowed(sums[x], layer.narrow[o]));
      }
    }
  }
}

void word_unpack(const std::uint32_t* line, int width, int channels, float* const* rows) {
  const int count = width * channels;
  for (int y = 0; y < kStripRows; y++) {
    for (int i = 0; i < count; i++) rows[y][i] = static_cast<float>(byte_of(line[i], y));
  }
}

}  // namespace eyelid::kernels::scalar_int8
