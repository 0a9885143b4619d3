// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "eyelid/kernels/gpu/block.hpp"

namespace eyelid::kernels::gpu {

enum class BlazeF32Kind { Stem, Block, Head };

/// How the nine products of a depthwise window are added: the one thing in which the instruction
/// sets of the CPU differ by more than fusing.
enum class WindowOrder {
  Rows,        // bias, then row after row
  Columns,     // bias, then column after column
  ColumnSums,  // a sum per column from 0; left + middle, + right, + bias
};

/// The additions of one CPU instruction set. Floats depend on it, and a tree may turn on the last
/// bit of an eye's place, so the GPU adds as the CPU beside it does: equal bits.
struct BlazeF32Additions {
  bool is_fused = true;  // multiply-adds round once
  WindowOrder stride1 = WindowOrder::Rows;
  WindowOrder stride2 = WindowOrder::Rows;
};
/// Of BlazeFaceKernels::isa.
inline BlazeF32Additions blaze_f32_additions(std::string_view) { return {}; }

/// One layer of BlazeFace front in single precision, for a whole batch; see blazeface_kernels.hpp
/// for the formulas. Maps are dense [image][pixel][channel]. Compile with --fmad=false.
struct BlazeF32Arguments {
  BlazeF32Kind kind;
  BlazeF32Additions additions;
  int image_count;
  int inputs;   // channels; 25 taps for the stem
  int outputs;  // channels
  int stride;
  int width;                     // of the output map
  const std::uint8_t* pictures;  // stem: (image_count, 2 width, 2 width)
  float scale, offset;           // stem: the network sees pixel * scale + offset
  const float* input;            // block, head
  std::size_t input_image;       // floats from one image to the next
  const float* depthwise;        // block: [tap][channel], then the bias: 10 rows
  const float* weights;          // [input][output]
  const float* bias;
  float* output;
  std::size_t output_image;
};

/// One block computes kPixels neighboring pixels of one image: first what the pointwise sum needs
/// (windows of the stem, depthwise results, or the input itself), then the sums, four pixels per
/// thread. Blocks: image_count * width^2 / kPixels.
struct BlazeF32 {
  using Arguments = BlazeF32Arguments;
  static constexpr int kThreads = 128;
  static constexpr int kBlocksPerProcessor = 8;
  static constexpr int kPixels = 32;
  static constexpr int kPitch = kPixels + 4;
  static constexpr std::size_t kSharedBytes = sizeof(float) * 96 * kPitch;

  template <class Block>
  static EYELID_DEVICE void run(Block& block, const Arguments& a) {
    const int tiles = a.width * a.width / kPixels;
    const auto image = static_cast<std::size_t>(block.index() / tiles);
    const int first = block.index() % tiles * kPixels;
    float* middle = block.template shared<float>();
    block.each_thread([&](int thread) {
      for (int i = thread; i < a.inputs * kPixels; i += kThreads) {
        const int k = i % a.inputs;  // neighboring threads: neighboring channels in memory
        const int pixel = first + i / a.inputs;
        middle[k * kPitch + i / a.inputs] =
            a.kind == BlazeF32Kind::Stem    ? stem_tap(a, image, pixel, k)
            : a.kind == BlazeF32Kind::Block ? depthwise<Block>(a, image, pixel, k)
                                            : input(a, image)[pixel * a.inputs + k];
      }
    });
    block.each_thread([&](int thread) {
      for (int i = thread; i < a.outputs * kPixels / 4; i += kThreads) {
        pointwise<Block>(a, image, first, i % a.outputs, i / a.outputs * 4, middle);
      }
    });
  }

 private:
  static EYELID_DEVICE const float* input(const Arguments& a, std::size_t image) {
    return a.input + image * a.input_image;
  }

  static EYELID_DEVICE float stem_tap(const Arguments& a, std::size_t image, int pixel, int tap) {
    const int side = 2 * a.width;
    const int row = 2 * (pixel / a.width) - 1 + tap / 5;
    const int column = 2 * (pixel % a.width) - 1 + tap % 5;
    if (row < 0 || row >= side || column < 0 || column >= side) return 0.0f;
    const std::uint8_t* picture = a.pictures + image * static_cast<std::size_t>(side * side);
    return static_cast<float>(picture[row * side + column]) * a.scale + a.offset;
  }

  template <class Arithmetic>
  static EYELID_DEVICE float multiply_add(const Arguments& a, float x, float weight, float sum) {
    return a.additions.is_fused ? Arithmetic::fma(x, weight, sum) : sum + x * weight;
  }

  template <class Arithmetic>
  static EYELID_DEVICE float depthwise(const Arguments& a, std::size_t image, int pixel, int k) {
    const int side = a.width * a.stride;
    const int y = pixel / a.width * a.stride - (a.stride == 1 ? 1 : 0);
    const int x = pixel % a.width * a.stride - (a.stride == 1 ? 1 : 0);
    const float* map = input(a, image);
    float value[9], weight[9];
    EYELID_UNROLL
    for (int tap = 0; tap < 9; tap++) {
      const int row = y + tap / 3;
      const int column = x + tap % 3;
      const bool is_inside = row >= 0 && row < side && column >= 0 && column < side;
      value[tap] = is_inside ? map[(row * side + column) * a.inputs + k] : 0.0f;
      weight[tap] = a.depthwise[tap * a.inputs + k];
    }
    const float bias = a.depthwise[9 * a.inputs + k];
    const WindowOrder order = a.stride == 1 ? a.additions.stride1 : a.additions.stride2;
    if (order == WindowOrder::ColumnSums) {
      float sum[3] = {0.0f, 0.0f, 0.0f};
      EYELID_UNROLL
      for (int i = 0; i < 9; i++) {
        sum[i % 3] = multiply_add<Arithmetic>(a, value[i], weight[i], sum[i % 3]);
      }
      return ((sum[0] + sum[1]) + sum[2]) + bias;
    }
    float sum = bias;
    EYELID_UNROLL
    for (int i = 0; i < 9; i++) {
      const int turned = i % 3 * 3 + i / 3;
      const bool by_rows = order == WindowOrder::Rows;
      sum = multiply_add<Arithmetic>(
          a, by_rows ? value[i] : value[turned], by_rows ? weight[i] : weight[turned], sum);
    }
    return sum;
  }

  template <class Arithmetic>
  static EYELID_DEVICE float shortcut(const Arguments& a, std::size_t image, int pixel, int o) {
    if (a.kind != BlazeF32Kind::Block || o >= a.inputs) return 0.0f;
    const float* map = input(a, image);
    if (a.stride == 1) return map[pixel * a.inputs + o];
    const int side = 2 * a.width;
    const float* corner = map + (pixel / a.width * 2 * side + pixel % a.width * 2) * a.inputs + o;
    const float* below = corner + side * a.inputs;
    return Arithmetic::max(Arithmetic::max(corner[0], corner[a.inputs]),
                           Arithmetic::max(below[0], below[a.inputs]));
  }

  template <class Arithmetic>
  static EYELID_DEVICE void pointwise(
      const Arguments& a, std::size_t image, int first, int o, int group, const float* middle) {
    float sum[4];
    EYELID_UNROLL
    for (int j = 0; j < 4; j++) {
      sum[j] = a.bias[o] + shortcut<Arithmetic>(a, image, first + group + j, o);
    }
    for (int k = 0; k < a.inputs; k++) {
      const float weight = a.weights[k * a.outputs + o];
      EYELID_UNROLL
      for (int j = 0; j < 4; j++) {
        sum[j] = multiply_add<Arithmetic>(a, middle[k * kPitch + group + j], weight, sum[j]);
      }
    }
    float* target = a.output + image * a.output_image + (first + group) * a.outputs + o;
    EYELID_UNROLL
    for (int j = 0; j < 4; j++) {
      target[j * a.outputs] = a.kind == BlazeF32Kind::Head ? sum[j] : Arithmetic::max(sum[j], 0.0f);
    }
  }
};

}  // namespace eyelid::kernels::gpu
