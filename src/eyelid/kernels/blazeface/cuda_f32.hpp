// SPDX-License-Identifier: MIT
#pragma once

#include "eyelid/kernels/gpu/block.hpp"

namespace eyelid::kernels::gpu {

enum class BlazeF32Kind { Stem, Block, Head };

/// One layer of BlazeFace front in single precision, for a whole batch; see blazeface_kernels.hpp
/// for the formulas and their roundings: the bits are those of every CPU. Maps are dense
/// [image][pixel][channel]. Compile with --fmad=false.
struct BlazeF32Arguments {
  BlazeF32Kind kind;
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
    float sum = a.depthwise[9 * a.inputs + k];
    EYELID_UNROLL
    for (int i = 0; i < 9; i++) sum = Arithmetic::fma(value[i], weight[i], sum);
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
        sum[j] = Arithmetic::fma(middle[k * kPitch + group + j], weight, sum[j]);
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
