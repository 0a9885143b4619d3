// SPDX-License-Identifier: MIT
#include <algorithm>
#include <limits>

#include "eyelid/kernels/convolution/convolution.hpp"
#include "eyelid/kernels/multiply_add.hpp"

namespace eyelid::kernels::scalar {
namespace {

float prelu(float value, float slope) { return value < 0.0f ? value * slope : value; }

std::ptrdiff_t whole_blocks(std::ptrdiff_t count) {
  return (count + kConvolutionBlock - 1) / kConvolutionBlock * kConvolutionBlock;
}

/// Pixel of row r and column x of a picture cut into even and odd columns.
float pixel_of(const GrayRows& rows, int r, std::ptrdiff_t x) {
  return x % 2 == 0 ? rows.even[r][x / 2] : rows.odd[r][x / 2];
}

}  // namespace

void convolve(const Convolution& layer,
              const ConvolutionInput& input,
              const ConvolutionOutput& output,
              int rows,
              std::ptrdiff_t count) {
  const int taps = layer.window * layer.window;
  for (int o = 0; o < layer.outputs; o++) {
    const float* weights =
        layer.weights + o / kConvolutionGroup * kConvolutionGroup * layer.inputs * taps;
    for (int y = 0; y < rows; y++) {
      float* sums = output.data + o * output.plane + y * output.row;
      std::fill_n(sums, whole_blocks(count), layer.bias[o]);
      for (int i = 0; i < layer.inputs * taps; i++) {
        const int dy = i % taps / layer.window, dx = i % taps % layer.window;
        const float* source =
            input.data + i / taps * input.plane + (y + dy) * input.row + dx * input.step;
        const float weight = weights[i * kConvolutionGroup + o % kConvolutionGroup];
        for (std::ptrdiff_t p = 0; p < whole_blocks(count); p++) {
          sums[p] = multiply_add(source[p], weight, sums[p]);
        }
      }
      for (std::ptrdiff_t p = 0; p < whole_blocks(count); p++) {
        sums[p] = prelu(sums[p], layer.slopes[o]);
      }
    }
  }
}

void convolve_gray_at(const GrayLayer& layer,
                      const GrayRows& rows,
                      int pool_rows,
                      std::ptrdiff_t columns,
                      std::ptrdiff_t i,
                      const ConvolutionOutput& output) {
  for (int o = 0; o < layer.outputs; o++) {
    float largest = -std::numeric_limits<float>::infinity();
    for (int dy = 0; dy < pool_rows; dy++) {
      for (std::ptrdiff_t x = 2 * i; x < std::min(2 * i + 2, columns); x++) {
        float sum = layer.bias[o];
        for (int tap = 0; tap < 9; tap++) {
          sum = multiply_add(
              pixel_of(rows, dy + tap / 3, x + tap % 3), layer.weights[9 * o + tap], sum);
        }
        largest = std::max(largest, prelu(sum, layer.slopes[o]));
      }
    }
    output.data[o * output.plane + i] = largest;
  }
}

void convolve_gray(const GrayLayer& layer,
                   const GrayRows& rows,
                   int pool_rows,
                   std::ptrdiff_t columns,
                   const ConvolutionOutput& output) {
  for (std::ptrdiff_t i = 0; i < (columns + 1) / 2; i++) {
    convolve_gray_at(layer, rows, pool_rows, columns, i, output);
  }
}

void pool_maximum(const MaxPool& pool,
                  const ConvolutionInput& input,
                  const ConvolutionOutput& output) {
  for (int c = 0; c < pool.channels; c++) {
    for (int y = 0; y < pool.output_height; y++) {
      for (std::ptrdiff_t p = 0; p < pool.output_width * input.step; p++) {
        const std::ptrdiff_t x = p / input.step, picture = p % input.step;
        float largest = -std::numeric_limits<float>::infinity();
        for (int v = 2 * y; v < std::min(2 * y + pool.size, pool.height); v++) {
          for (std::ptrdiff_t u = 2 * x;
               u < std::min<std::ptrdiff_t>(2 * x + pool.size, pool.width);
               u++) {
            largest = std::max(
                largest, input.data[c * input.plane + v * input.row + u * input.step + picture]);
          }
        }
        output.data[c * output.plane + y * output.row + p] = largest;
      }
    }
  }
}

void weigh_planes(const float* input,
                  std::ptrdiff_t plane,
                  int channels,
                  const float* weights,
                  int sets,
                  float bias,
                  std::ptrdiff_t count,
                  float* sums) {
  for (int s = 0; s < sets; s++) {
    for (std::ptrdiff_t p = 0; p < whole_blocks(count); p++) {
      float sum = bias;
      for (int c = 0; c < channels; c++) {
        sum = multiply_add(input[c * plane + p], weights[c * sets + s], sum);
      }
      *sums++ = sum;
    }
  }
}

}  // namespace eyelid::kernels::scalar
