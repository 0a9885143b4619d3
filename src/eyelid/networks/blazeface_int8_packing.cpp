// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <functional>
#include <span>

#include "eyelid/core/error.hpp"
#include "eyelid/kernels/blazeface/int8_limits.hpp"
#include "eyelid/networks/blazeface_packing.hpp"

namespace eyelid::networks {
namespace {

using compute::AlignedBuffer;
using kernels::BlazeNarrow;

constexpr int kMiddleZero = 128;  // added to the middle by the kernels, to make it unsigned
constexpr int kStemInputs = 28;   // kBlazeStemTaps in whole words

/// How sums are narrowed when `ratio` of them make one step of the result. The intermediate 16 bits
/// keep 4 more than the result needs, and the factor has 11 significant bits.
BlazeNarrow narrow_of(double ratio) {
  const int shift = std::clamp(std::ilogb(ratio / 16.0), 0, 31);
  const double factor = std::ldexp(32768.0, shift) / ratio;
  return {shift, static_cast<std::int32_t>(std::min(std::lround(factor), 32767L))};
}

/// The same for the depthwise half, whose sums lose one bit and then fit 16 (BlazeInt8Block).
BlazeNarrow depthwise_narrow_of(double ratio) {
  const double factor = 65536.0 / ratio;
  return {1, static_cast<std::int32_t>(std::clamp(std::lround(factor), 1L, 32767L))};
}

/// Makes the shift of narrow_of round instead of truncate.
std::int32_t half_of(const BlazeNarrow& narrow) {
  return narrow.shift > 0 ? 1 << (narrow.shift - 1) : 0;
}

std::int32_t rounded(double value) {
  constexpr double kMaxValue = 1 << 28;  // far outside what narrowing keeps
  return static_cast<std::int32_t>(std::lround(std::clamp(value, -kMaxValue, kMaxValue)));
}

/// Integers -127 .. 127 in units of `unit`.
std::vector<int> quantized(const std::vector<double>& values, double unit) {
  std::vector<int> result;
  result.reserve(values.size());
  for (const double value : values) {
    result.push_back(static_cast<int>(std::clamp(std::lround(value / unit), -127L, 127L)));
  }
  return result;
}

double max_of(const std::vector<double>& values) {
  double largest = 0.0;
  for (const double value : values) largest = std::max(largest, std::abs(value));
  return std::max(largest, 1e-12);
}

/// A filter in integers, in units of `unit`.
struct Filter {
  double unit = 0.0;
  std::vector<int> weights;
};

/// With the finest unit that no weight exceeds 127 of and that `fits(filter)`; it does when all
/// weights are 0. `unit_of(unit)` may coarsen a unit.
template <class UnitOf, class Fits>
Filter finest_filter(const std::vector<double>& values, UnitOf unit_of, Fits fits) {
  constexpr double kStep = 1.005;
  for (double unit = max_of(values) / 127.0;; unit *= kStep) {
    const double whole = unit_of(unit);
    Filter filter{whole, quantized(values, whole)};
    if (fits(filter)) return filter;
  }
}

std::uint32_t word_of(const int* bytes, int count) {
  std::uint32_t word = 0;
  for (int i = 0; i < count; i++) {
    word |= static_cast<std::uint32_t>(static_cast<std::uint8_t>(bytes[i])) << 8 * i;
  }
  return word;
}

/// rows[output] = quantized weights of the inputs, padded to whole words.
AlignedBuffer<std::uint32_t> grouped_words(const std::vector<std::vector<int>>& rows) {
  const std::size_t words = rows.front().size() / 4;
  AlignedBuffer<std::uint32_t> packed(rows.size() * words);
  std::uint32_t* target = packed.data();
  for_each_channel_group(static_cast<int>(rows.size()), [&](int begin, int size) {
    for (std::size_t word = 0; word < words; word++) {
      for (int o = begin; o < begin + size; o++) {
        *target++ = word_of(rows[static_cast<std::size_t>(o)].data() + 4 * word, 4);
      }
    }
  });
  return packed;
}

int sum_of(const std::vector<int>& values) {
  int sum = 0;
  for (const int value : values) sum += value;
  return sum;
}

bool fits_16_bits(const Filter& filter) { return kernels::fits_runs(filter.weights); }

PackedInt8::Layer pack_stem(const BlazeFaceWeights& weights) {
  PackedInt8::Layer layer;
  layer.inputs = kStemInputs;
  layer.bias = AlignedBuffer<std::int32_t>(kBlazeFaceStemChannels);
  layer.narrow = AlignedBuffer<BlazeNarrow>(kBlazeFaceStemChannels);
  std::vector<std::vector<int>> rows;
  for (std::size_t o = 0; o < kBlazeFaceStemChannels; o++) {
    std::vector<double> row;
    for (std::size_t k = 0; k < kernels::kBlazeStemTaps; k++) {
      row.push_back(double{weights.stem.weights[kernels::kBlazeStemTaps * o + k]} *
                    weights.input_scale);
    }
    const Filter filter = finest_filter(row, std::identity(), fits_16_bits);
    const double unit = filter.unit;
    rows.push_back(filter.weights);
    layer.narrow[o] = narrow_of(weights.int8.stem[o] / unit);
    // The offset of the normalization applies to the quantized weights.
    const double zero = -weights.input_offset / double{weights.input_scale};
    layer.bias[o] = rounded(weights.stem.bias[o] / unit - zero * sum_of(rows.back())) +
                    half_of(layer.narrow[o]);
    rows.back().resize(kStemInputs, 0);
  }
  layer.pointwise = grouped_words(rows);
  return layer;
}

/// Returns the steps of the middle, which the narrowing rounds.
std::vector<float> pack_depthwise(const ConvolutionWeights& weights,
                                  int stride,
                                  std::span<const float> input_scale,
                                  std::span<const float> middle_scale,
                                  PackedInt8::Layer& layer) {
  const std::size_t channels = input_scale.size();
  layer.depthwise = AlignedBuffer<std::uint32_t>(channels * (stride == 1 ? 6 : 3));
  layer.depthwise_bias = AlignedBuffer<std::int32_t>(channels);
  layer.depthwise_narrow = AlignedBuffer<BlazeNarrow>(channels);
  layer.windows = AlignedBuffer<kernels::BlazeInt8Window>(channels);
  std::vector<float> steps;
  std::uint32_t* target = layer.depthwise.data();
  for (std::size_t c = 0; c < channels; c++) {
    const std::vector<double> window(
        weights.weights.begin() + static_cast<std::ptrdiff_t>(9 * c),
        weights.weights.begin() + static_cast<std::ptrdiff_t>(9 * c + 9));
    const Filter filter = finest_filter(window, std::identity(), [&](const Filter& tried) {
      const double unit = tried.unit * input_scale[c];
      layer.depthwise_narrow[c] = depthwise_narrow_of(middle_scale[c] / unit);
      layer.depthwise_bias[c] =
          rounded(weights.bias[c] / unit) + half_of(layer.depthwise_narrow[c]);
      return kernels::make_window(
          std::span<const int, 9>(tried.weights), layer.depthwise_bias[c], layer.windows[c]);
    });
    steps.push_back(static_cast<float>(filter.unit * input_scale[c] * 65536.0 /
                                       layer.depthwise_narrow[c].factor));
    const std::vector<int>& w = filter.weights;
    for (std::size_t column = 0; column < 3; column++) {
      const int rows[3] = {w[column], w[3 + column], w[6 + column]};
      const std::uint32_t word = word_of(rows, 3);
      *target++ = word;
      if (stride == 1) *target++ = word << 8;
    }
  }
  return steps;
}

/// Chosen so that the shortcut's step is an integer number of units, which loses at most 1/8 of the
/// weights' resolution and makes the shortcut exact, and so that it fits 16 bits.
double unit_with_shortcut(double unit, double shortcut_step) {
  const double count = std::clamp(std::floor(shortcut_step / unit), 0.0, 32767.0);
  return count >= 8.0 ? shortcut_step / count : unit;
}

void pack_pointwise(const ConvolutionWeights& weights,
                    std::span<const float> input_scale,
                    std::span<const float> middle_scale,
                    std::span<const float> output_scale,
                    PackedInt8::Layer& layer) {
  const std::size_t inputs = input_scale.size(), outputs = output_scale.size();
  const std::size_t padded = (inputs + 3) / 4 * 4;
  layer.inputs = static_cast<int>(padded);
  layer.bias = AlignedBuffer<std::int32_t>(outputs);
  layer.narrow = AlignedBuffer<BlazeNarrow>(outputs);
  layer.shortcut_factor = AlignedBuffer<std::int32_t>(outputs);
  std::vector<std::vector<int>> rows;
  for (std::size_t o = 0; o < outputs; o++) {
    std::vector<double> row;
    for (std::size_t k = 0; k < inputs; k++) {
      row.push_back(double{weights.weights[o * inputs + k]} * middle_scale[k]);
    }
    const auto unit_of = [&](double unit) {
      return o < inputs ? unit_with_shortcut(unit, input_scale[o]) : unit;
    };
    const Filter filter = finest_filter(row, unit_of, fits_16_bits);
    const double unit = filter.unit;
    if (o < inputs) layer.shortcut_factor[o] = std::min(rounded(input_scale[o] / unit), 32767);
    rows.push_back(filter.weights);
    layer.narrow[o] = narrow_of(output_scale[o] / unit);
    layer.bias[o] = rounded(weights.bias[o] / unit) - kMiddleZero * sum_of(rows.back()) +
                    half_of(layer.narrow[o]);
    rows.back().resize(padded, 0);
  }
  layer.pointwise = grouped_words(rows);
}

kernels::BlazeInt8Pointwise view_of(const PackedInt8::Layer& layer) {
  return {layer.inputs,
          static_cast<int>(layer.narrow.size()),
          layer.pointwise.data(),
          layer.bias.data(),
          layer.narrow.data(),
          layer.shortcut_factor.data()};
}

}  // namespace

PackedInt8 pack_int8(const BlazeFaceWeights& weights) {
  EYELID_EXPECTS(!weights.int8.is_empty());
  PackedInt8 packed;
  packed.padding = static_cast<std::uint8_t>(
      std::clamp(std::lround(-weights.input_offset / weights.input_scale), 0L, 255L));
  packed.stem = pack_stem(weights);
  std::span<const float> input_scale = weights.int8.stem;
  for (std::size_t i = 0; i < kBlazeFaceBlocks.size(); i++) {
    const BlazeFaceWeights::Block& block = weights.blocks[i];
    const std::vector<float> middle_scale = pack_depthwise(block.depthwise,
                                                           kBlazeFaceBlocks[i].stride,
                                                           input_scale,
                                                           weights.int8.middle[i],
                                                           packed.blocks[i]);
    pack_pointwise(
        block.pointwise, input_scale, middle_scale, weights.int8.output[i], packed.blocks[i]);
    input_scale = weights.int8.output[i];
  }
  return packed;
}

kernels::BlazeInt8Stem PackedInt8::stem_view() const { return {view_of(stem), padding}; }

kernels::BlazeInt8Block PackedInt8::block_view(std::size_t index) const {
  const Layer& layer = blocks[index];
  const BlazeFaceBlockShape& shape = kBlazeFaceBlocks[index];
  return {shape.stride,
          shape.inputs,
          layer.depthwise.data(),
          layer.depthwise_bias.data(),
          layer.depthwise_narrow.data(),
          layer.windows.data(),
          view_of(layer)};
}

}  // namespace eyelid::networks
