// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "eyelid/kernels/kernel_list.hpp"

namespace eyelid::kernels {

// Activations are planar rows: a feature map of C channels and width W is a list of rows, each
// [channel][x] of C * W floats, x dense. Pixels fill the vector lanes, so that channel counts such
// as 28 or 42 waste none. Work is cut into strips of 4 rows whose intermediate results stay in the
// first-level cache.
//
// Rows are read up to kRowSlack floats before and behind; what lies there does not matter.
// Maps are 8, 16, 32 or 64 wide. The four output rows of a strip lie equally far apart in memory,
// and so do the input rows that the shortcut reads.
//
// Every instruction set gives the same bits, because the contract fixes every rounding: a sum is
// one accumulator that starts with what is named first in its formula and takes the products in the
// order of k, each by a fused multiply-add (one rounding); a window counts row after row, left to
// right, and pixels outside of the map are multiplied as 0. Pixels fill the lanes, so the order
// costs nothing. (The sign of a zero is left open; it changes no other number.)

inline constexpr int kStripRows = 4;
inline constexpr int kRowSlack = 16;
/// Output channels are packed in near-equal groups of at most this many.
inline constexpr int kChannelGroup = 6;
/// Inputs of the stem: a 5x5 window.
inline constexpr int kBlazeStemTaps = 25;
/// Widest map.
inline constexpr int kMaxWidth = 64;

/// A 1x1 convolution: output(o, p) = bias[o] + sum over k of weight(o, k) * input(k, p).
///
/// `weights` is packed: the output channels in m = ceil(outputs / kChannelGroup) groups, the first
/// outputs % m of them one larger than the others; inside a group [k][channel of the group].
struct BlazePointwise {
  int inputs = 0;
  int outputs = 0;
  const float* weights = nullptr;
  const float* bias = nullptr;
};

/// The group that BlazePointwise packs channel `output` of `outputs` into.
struct ChannelGroup {
  int begin;  // its first channel
  int size;
};
constexpr ChannelGroup channel_group(int outputs, int output) {
  const int groups = (outputs + kChannelGroup - 1) / kChannelGroup;
  const int size = outputs / groups;
  const int in_larger = outputs % groups * (size + 1);
  if (output < in_larger) return {output / (size + 1) * (size + 1), size + 1};
  return {in_larger + (output - in_larger) / size * size, size};
}

/// A BlazeFace block:
///   middle(c)  = bias + depthwise 3x3 of input(c), zero padding
///   output(o)  = max(0, (bias + shortcut(o)) + pointwise(middle)(o))
/// Stride 1: one pixel of padding on every side, shortcut(o) = input(o).
/// Stride 2: padding right and below only, shortcut = 2x2 maximum of the input.
/// shortcut(o) = 0 for o >= pointwise.inputs, which must not exceed pointwise.outputs.
///
/// Source: Bazarevsky et al., "BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs",
/// CVPR workshops 2019, figure 1; padding as in TensorFlow ("SAME").
struct BlazeBlock {
  int stride = 1;
  const float* depthwise = nullptr;  // [channel][9], rows of the 3x3 window
  const float* depthwise_bias = nullptr;
  BlazePointwise pointwise;
};

/// Four output rows of a block. Input rows outside of the map are rows of zeros.
struct BlazeStrip {
  const float* input[2 * kStripRows + 1];  // stride 1: 6 rows from y - 1; stride 2: 9 rows from 2 y
  float* output[kStripRows];
  int width = 0;               // of the output
  float* workspace = nullptr;  // kBlazeWorkspace floats, aligned to 64 bytes
};
/// For blocks of up to 96 input channels, and for the stem of inputs 128 wide.
inline constexpr std::size_t kBlazeMaxChannels = 96;
inline constexpr std::size_t kBlazeWorkspace = 2 * kBlazeMaxChannels * kStripRows * kMaxWidth + 64;

/// The first layer: output(o) = max(0, bias[o] + 5x5 convolution with stride 2 of the normalized
/// gray picture), where normalized = pixel * scale + offset, rounded twice. Padding (of the
/// normalized picture by zeros): 1 left and above, 2 right and below.
///
/// The public model takes RGB: its three input channels summed give the same result on gray.
struct BlazeStem {
  int outputs = 0;
  const float* weights = nullptr;  // packed as in BlazePointwise, k = 5 * row + column
  const float* bias = nullptr;
  float scale = 1.0f;
  float offset = 0.0f;
};

struct BlazeStemStrip {
  const std::uint8_t* input[11];  // rows from 2 y - 1; null outside of the picture
  float* output[kStripRows];
  int width = 0;               // of the output: half of the picture's
  float* workspace = nullptr;  // as in BlazeStrip
};

struct BlazeFaceKernels {
  const char* isa;      // "scalar", "x86_avx2", ...
  std::uint32_t needs;  // compute::CpuFeature bits

  void (*stem)(const BlazeStem& stem, const BlazeStemStrip& strip);
  void (*block)(const BlazeBlock& block, const BlazeStrip& strip);
  /// The pointwise convolution on 4 rows: output[o * 4 * width + y * width + x]. No shortcut, no
  /// maximum with 0.
  void (*pointwise)(const BlazePointwise& layer,
                    const float* const* rows,
                    int width,
                    float* output);
  /// At one pixel: output[j] = bias[j] + sum over k of weights[16 * k + j] * input[k * stride],
  /// j < 16.
  void (*regress)(const float* input,
                  std::ptrdiff_t stride,
                  int inputs,
                  const float* weights,
                  const float* bias,
                  float* output);
};

KernelList<BlazeFaceKernels> blazeface_kernels();

/// Declares the functions of one instruction set.
#define EYELID_BLAZEFACE_KERNELS(isa)                                           \
  namespace isa {                                                               \
  std::remove_pointer_t<decltype(BlazeFaceKernels::stem)> blaze_stem;           \
  std::remove_pointer_t<decltype(BlazeFaceKernels::block)> blaze_block;         \
  std::remove_pointer_t<decltype(BlazeFaceKernels::pointwise)> blaze_pointwise; \
  std::remove_pointer_t<decltype(BlazeFaceKernels::regress)> blaze_regress;     \
  }
EYELID_BLAZEFACE_KERNELS(scalar)
EYELID_BLAZEFACE_KERNELS(avx2)
EYELID_BLAZEFACE_KERNELS(avx512)
EYELID_BLAZEFACE_KERNELS(neon)

}  // namespace eyelid::kernels
