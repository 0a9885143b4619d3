// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "eyelid/kernels/kernel_list.hpp"

namespace eyelid::kernels {

// Maps are planar: channel c of a map begins `plane` floats behind channel c - 1, row y `row`
// floats behind row y - 1. A position is one number of a plane. Several pictures may lie
// interleaved, [y][x][picture]: then the right neighbor of a position is `step` = number of
// pictures away. So pixels or pictures fill the vector lanes, and no channel count wastes any.
//
// Every instruction set gives the same bits, because the contract fixes every rounding: a sum is
// one accumulator that starts with the bias and takes the products by fused multiply-adds (one
// rounding), channel after channel, inside a channel row after row of the window, left to right.
// (The sign of a zero is left open; it changes no other number.)

/// Positions are read and written in whole vectors, which end at multiples of this many or before.
inline constexpr std::ptrdiff_t kConvolutionBlock = 16;
/// Output channels come in groups of this many.
inline constexpr int kConvolutionGroup = 8;

/// prelu(v, slope) = v where v >= 0, else v * slope (He et al., ICCV 2015). Slope 1: linear.
///
/// outputs is a multiple of kConvolutionGroup; pad with zeros. `weights` is packed
/// [outputs / 8][inputs][dy][dx][8].
struct Convolution {
  int inputs = 0;
  int outputs = 0;
  int window = 3;  // 1, 2 or 3: window x window taps
  const float* weights = nullptr;
  const float* bias = nullptr;    // (outputs)
  const float* slopes = nullptr;  // (outputs)
};

struct ConvolutionInput {
  const float* data = nullptr;
  std::ptrdiff_t plane = 0;
  std::ptrdiff_t row = 0;
  std::ptrdiff_t step = 1;
};

struct ConvolutionOutput {
  float* data = nullptr;
  std::ptrdiff_t plane = 0;
  std::ptrdiff_t row = 0;
};

/// A valid convolution (no padding) over `rows` rows of `count` positions each:
///   output(o, y, p) = prelu(bias[o] + sum over k, dy, dx of weight(o, k, dy, dx)
///                           * input[k * plane + (y + dy) * row + dx * step + p], slopes[o])
///
/// May read and write up to the next multiple of kConvolutionBlock behind count; with several rows
/// output.row is at least that. A whole map can be one row: count = (rows - 1) * input.row + width,
/// and the outputs between the rows are to be ignored. A fully connected layer is the window as
/// large as the map. Input and output must not overlap.
using Convolve = void(const Convolution& layer,
                      const ConvolutionInput& input,
                      const ConvolutionOutput& output,
                      int rows,
                      std::ptrdiff_t count);

/// First layer of a network on one gray picture: 3x3, prelu, maximum over 2x2.
struct GrayLayer {
  int outputs = 0;
  const float* weights = nullptr;  // [outputs][3][3]
  const float* bias = nullptr;
  const float* slopes = nullptr;
};

/// Four rows of the picture, even and odd columns apart: even[r][i] = pixel 2 i of row r,
/// odd[r][i] = pixel 2 i + 1.
struct GrayRows {
  const float* even[4];
  const float* odd[4];
};

/// One row of pooled outputs, `columns` columns of the convolution:
///   output(o, i) = maximum over dy < pool_rows, dx < 2 with 2 i + dx < columns, of
///                  prelu(bias[o] + 3x3 convolution at row dy, column 2 i + dx, slopes[o]),
/// 0 <= i < (columns + 1) / 2. pool_rows is 1 (below the last row of an odd map; the fourth row
/// is not read) or 2. Reads and writes up to the next multiple of kConvolutionBlock positions, and
/// one position more of the input.
using ConvolveGray = void(const GrayLayer& layer,
                          const GrayRows& rows,
                          int pool_rows,
                          std::ptrdiff_t columns,
                          const ConvolutionOutput& output);

/// Maximum over size x size windows with stride 2, those beyond the right and lower edge cut off
/// ("ceil mode": output extent = ceil((extent - size) / 2) + 1):
///   output(c, y, x, i) = maximum over dy, dx < size inside the map of
///                        input[c * plane + (2 y + dy) * row + (2 x + dx) * step + i], i < step.
struct MaxPool {
  int channels = 0;
  int size = 2;                             // 2 or 3
  int width = 0, height = 0;                // of the input
  int output_width = 0, output_height = 0;  //
};
/// Writes exactly the positions of the output, whose neighbors are `step` apart as well.
using PoolMaximum = void(const MaxPool& pool,
                         const ConvolutionInput& input,
                         const ConvolutionOutput& output);

/// Sums of planes with one or two sets of weights, so that planes that are read anyway serve both:
///   sums[s * whole + p] = bias + sum over c < channels of weights[c * sets + s]
///                         * input[c * plane + p], 0 <= p < count, s < sets,
/// whole: the next multiple of kConvolutionBlock, up to which is read and written.
using WeighPlanes = void(const float* input,
                         std::ptrdiff_t plane,
                         int channels,
                         const float* weights,
                         int sets,
                         float bias,
                         std::ptrdiff_t count,
                         float* sums);

struct ConvolutionKernels {
  const char* isa;      // "scalar", "x86_avx2", ...
  std::uint32_t needs;  // compute::CpuFeature bits
  Convolve* convolve;
  ConvolveGray* convolve_gray;
  PoolMaximum* pool_maximum;
  WeighPlanes* weigh_planes;
};

KernelList<ConvolutionKernels> convolution_kernels();

/// Declares the functions of one instruction set.
#define EYELID_CONVOLUTION_KERNELS(isa) \
  namespace isa {                       \
  Convolve convolve;                    \
  ConvolveGray convolve_gray;           \
  PoolMaximum pool_maximum;             \
  WeighPlanes weigh_planes;             \
  }
EYELID_CONVOLUTION_KERNELS(scalar)
EYELID_CONVOLUTION_KERNELS(avx2)
EYELID_CONVOLUTION_KERNELS(avx512)
EYELID_CONVOLUTION_KERNELS(neon)

namespace scalar {
/// Position i alone of convolve_gray: the last one of an odd number of columns, whose window ends
/// at the edge; the vector variants leave it to this.
void convolve_gray_at(const GrayLayer& layer,
                      const GrayRows& rows,
                      int pool_rows,
                      std::ptrdiff_t columns,
                      std::ptrdiff_t i,
                      const ConvolutionOutput& output);
}  // namespace scalar

}  // namespace eyelid::kernels
