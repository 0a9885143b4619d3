// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "eyelid/kernels/blazeface/blazeface_kernels.hpp"

namespace eyelid::kernels {

// BlazeFace in less than single precision. A feature map is a list of lines, each [channel][x] of
// 32-bit words; a word holds one pixel of vertically adjacent rows, so that a depthwise 3x3 needs
// few dot products. Lines are read up to kRowSlack words before and behind; what lies there does
// not matter. Outside of the map a line is zeros. Maps are 8, 16, 32 or 64 wide; the output lines
// of a strip lie equally far apart, and so do the input lines that the shortcut reads.

/// Four output rows of a block.
struct BlazePackedStrip {
  const std::uint32_t* input[5];
  std::uint32_t* output[2];
  int width = 0;                       // of the output
  std::uint32_t* workspace = nullptr;  // kBlazeWorkspace words, aligned to 64 bytes
};

struct BlazePackedStemStrip {
  const std::uint8_t* input[11];  // rows from 2 y - 1; null outside of the picture
  std::uint32_t* output[2];
  int width = 0;  // of the output: half of the picture's; 64
  std::uint32_t* workspace = nullptr;
};

// ---- bfloat16 ----------------------------------------------------
//
// A word holds two rows: the even one in its low half. Numbers are rounded to the nearest bfloat16,
// ties to even; products of two bfloat16 are exact in single precision and summed in single
// precision, in any order, numbers below the normal range as 0. Stride 1: 4 input lines from row
// y - 2; stride 2: 5 from row 2 y. Two output lines.

struct BlazeBf16Pointwise {
  int inputs = 0;  // even
  int outputs = 0;
  /// Packed as BlazePointwise, but k counts pairs of inputs: 2 k in the low half, 2 k + 1 above.
  const std::uint32_t* weights = nullptr;
  const float* bias = nullptr;
};

/// middle(c) = bf16(depthwise(c) + bias), output(o) = bf16(max(0, pointwise + bias + shortcut)).
struct BlazeBf16Block {
  int stride = 1;
  /// With rows w0, w1, w2 of a column of the 3x3 window, (low, high), column after column:
  /// stride 1 [channel][12] = (0, w0) (w1, w2) (w0, w1) (w2, 0); stride 2 [channel][6] = (w0, w1)
  /// (w2, 0).
  const std::uint32_t* depthwise = nullptr;
  const float* depthwise_bias = nullptr;
  BlazeBf16Pointwise pointwise;
};

/// The stem on bf16(pixel - zero), its weights multiplied by the scale of the normalization:
/// weights packed as BlazePointwise, k = 3 * row + pair, pairs of columns (0, 1) (2, 3) (4, -).
struct BlazeBf16Stem {
  int outputs = 0;
  const std::uint32_t* weights = nullptr;
  const float* bias = nullptr;
  float zero = 0.0f;  // the pixel that is normalized to 0
};

struct BlazeBf16Kernels {
  const char* isa;
  std::uint32_t needs;  // compute::CpuFeature bits
  void (*stem)(const BlazeBf16Stem& stem, const BlazePackedStemStrip& strip);
  void (*block)(const BlazeBf16Block& block, const BlazePackedStrip& strip);
  /// The two rows of a line, each [channel][x]; width * channels is a multiple of 16.
  void (*unpack)(const std::uint32_t* line, int width, int channels, float* const* rows);
};

// ---- 8 bits ------------------------------------------------------
//
// A word holds four rows, the first in its lowest byte: unsigned, 0 = 0, in steps of a number of
// its own per channel. All arithmetic is in integers, the same on every processor:
//
//   narrow(sum, n)  = round(saturate16(sum >> n.shift) * n.factor / 2^15)    halves up
//   middle(c)       = saturate8s(narrow(bias + sum of 9 products))           -128 .. 127
//   output(o)       = saturate8u(narrow(bias + pointwise(middle) + shortcut * shortcut factor))
//
// >> rounds down; biases hold what rounds to the nearest. Stride 1: 3 input lines from row y - 4;
// stride 2: 3 from row 2 y. One output line.
//
// Weights keep to int8_limits.hpp, so that products may be added in 16 bits.

/// How the bytes of a line (4 rows of each channel) lie: as words of four rows, or row after row.
enum class BlazeLineOrder { Words, Rows };

/// How a 32-bit sum becomes 16 bits.
struct BlazeNarrow {
  std::int32_t shift = 0;   // 0 .. 31
  std::int32_t factor = 0;  // 0 .. 32767
};

struct BlazeInt8Pointwise {
  int inputs = 0;  // padded to a multiple of 4 by weights 0
  int outputs = 0;
  /// Packed as BlazePointwise, but k counts groups of four inputs, the first in the lowest byte.
  const std::uint32_t* weights = nullptr;
  /// Kernels add 128 to the middle, to have it unsigned: includes -128 * sum of the weights.
  const std::int32_t* bias = nullptr;
  const BlazeNarrow* narrow = nullptr;            // (outputs)
  const std::int32_t* shortcut_factor = nullptr;  // (outputs), 0 .. 32767
};

/// A depthwise window for kernels that add in 16 bits (make_window).
struct BlazeInt8Window {
  std::uint32_t taps[9];  // per row of the window the bytes (w0 w1 w0 w1) (w2 0 w2 0) (0 w2 0 w2)
  std::int32_t bias[2];   // of the first five products, of the last four; they sum to the bias - 1
};

struct BlazeInt8Block {
  int stride = 1;
  int channels = 0;  // of the input; pointwise.inputs rounds it up
  /// Rows w0, w1, w2 of a column of the window, lowest byte first, column after column: stride 1
  /// [channel][6] = (w0, w1, w2, 0) (0, w0, w1, w2); stride 2 [channel][3] = (w0, w1, w2, 0).
  const std::uint32_t* depthwise = nullptr;
  const std::int32_t* depthwise_bias = nullptr;
  const BlazeNarrow* depthwise_narrow = nullptr;  // shift 1
  const BlazeInt8Window* windows = nullptr;       // (channels): depthwise and its bias once more
  BlazeInt8Pointwise pointwise;
};

/// The stem on the pixels themselves; inputs = 28: k = 5 * row + column, then zeros.
struct BlazeInt8Stem {
  BlazeInt8Pointwise layer;  // bias without the 128; no shortcut
  std::uint8_t padding = 0;  // the pixel that is normalized to about 0
};

struct BlazeInt8Kernels {
  const char* isa;
  std::uint32_t needs;  // compute::CpuFeature bits
  BlazeLineOrder order;
  void (*stem)(const BlazeInt8Stem& stem, const BlazePackedStemStrip& strip);
  void (*block)(const BlazeInt8Block& block, const BlazePackedStrip& strip);
  /// The four rows of a line, each [channel][x], as whole numbers 0 .. 255; width * channels is a
  /// multiple of 16.
  void (*unpack)(const std::uint32_t* line, int width, int channels, float* const* rows);
};

/// The fastest variant that these compute::CpuFeature bits allow; null where only the scalar
/// definition, which is made for tests, would be left.
const BlazeBf16Kernels* blazeface_bf16_kernels(std::uint32_t features);
extern const BlazeBf16Kernels kScalarBf16Kernels;  // the definition

KernelList<BlazeInt8Kernels> blazeface_int8_kernels();

/// Declares the functions of one instruction set.
#define EYELID_BLAZEFACE_PACKED_KERNELS(isa, Stem, Block)                                   \
  namespace isa {                                                                           \
  void word_stem(const Stem& stem, const BlazePackedStemStrip& strip);                      \
  void word_block(const Block& block, const BlazePackedStrip& strip);                       \
  void word_unpack(const std::uint32_t* line, int width, int channels, float* const* rows); \
  }
EYELID_BLAZEFACE_PACKED_KERNELS(scalar_bf16, BlazeBf16Stem, BlazeBf16Block)
EYELID_BLAZEFACE_PACKED_KERNELS(scalar_int8, BlazeInt8Stem, BlazeInt8Block)
EYELID_BLAZEFACE_PACKED_KERNELS(avx512_bf16, BlazeBf16Stem, BlazeBf16Block)
EYELID_BLAZEFACE_PACKED_KERNELS(avx512_vnni, BlazeInt8Stem, BlazeInt8Block)
EYELID_BLAZEFACE_PACKED_KERNELS(avx_vnni, BlazeInt8Stem, BlazeInt8Block)
EYELID_BLAZEFACE_PACKED_KERNELS(avx2_int8, BlazeInt8Stem, BlazeInt8Block)
EYELID_BLAZEFACE_PACKED_KERNELS(sse41_int8, BlazeInt8Stem, BlazeInt8Block)
EYELID_BLAZEFACE_PACKED_KERNELS(neon_dot, BlazeInt8Stem, BlazeInt8Block)
EYELID_BLAZEFACE_PACKED_KERNELS(neon_int8, BlazeInt8Stem, BlazeInt8Block)

}  // namespace eyelid::kernels
