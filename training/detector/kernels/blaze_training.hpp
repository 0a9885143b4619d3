// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "eyelid/kernels/kernel_list.hpp"

// Forward and backward passes of BlazeFace's layers over images of a batch. Feature maps are
// [image][row][column][channel], channels padded by zeros to a multiple of kLanes; maps are square.
// One source (layers.inc), compiled for several instruction sets.
namespace eyelid::training::kernels {

inline constexpr int kLanes = 8;
inline constexpr int kStripPixels = 64;  // a layer is worked on in strips of this many pixels
inline constexpr int kMaxChannels = 104;
inline constexpr int kStemPatch = 28;  // 25 pixels under the stem's window, padded
inline constexpr int kPictureSide = 128;
/// Floats of work memory one thread needs: two strips, a row of zeros, one map of gradients.
inline constexpr std::size_t kStripFloats = std::size_t{kStripPixels} * kMaxChannels;
inline constexpr std::size_t kWorkFloats = 3 * kStripFloats + std::size_t{64} * 64 * 32;

/// Depthwise 3x3 (none for the stem), then pointwise.
///
/// Padding as in TensorFlow ("SAME"): stride 1 by one all round, stride 2 by one right and below;
/// the stem (5x5, stride 2) by 1 left and above, 2 right and below.
struct BlazeConvolution {
  int width = 0;   // of the output map
  int stride = 1;  // 1 or 2
  int inputs = 0;  // channels; kStemPatch for the stem
  int outputs = 0;
  const float* input = nullptr;                 // stem: gray pictures of kPictureSide
  const float* depthwise = nullptr;             // [9][inputs]; null: this is the stem
  const float* pointwise = nullptr;             // [inputs][outputs]
  const float* pointwise_transposed = nullptr;  // [outputs][inputs]; backward only
};

/// output = max(0, convolved * factor + offset + shortcut).
struct BlazeNormalization {
  const float* convolved = nullptr;
  const float* factor = nullptr;  // per channel
  const float* offset = nullptr;
};

/// What flows back. With g = output_gradient where output > 0, the gradient of the convolution's
/// output is on_gradient * g + on_convolved * convolved + constant, each per channel.
struct BlazeBackward {
  const float* convolved = nullptr;
  const float* output = nullptr;
  const float* output_gradient = nullptr;
  const float* on_gradient = nullptr;
  const float* on_convolved = nullptr;
  const float* constant = nullptr;
  float* input_gradient = nullptr;      // overwritten; not for the stem
  float* depthwise_gradient = nullptr;  // [9][inputs], added to; not for the stem
  float* pointwise_gradient = nullptr;  // [inputs][outputs], added to
};

/// A head: output[pixel][0 .. numbers - 1] = bias + input[pixel] * weights.
struct BlazeLinear {
  int pixels = 0;  // of one image, a multiple of kStripPixels
  int inputs = 0;
  int outputs = 0;  // padded
  int numbers = 0;  // kept in the output
  const float* input = nullptr;
  const float* weights = nullptr;             // [inputs][outputs]
  const float* weights_transposed = nullptr;  // [outputs][inputs]; backward only
  const float* bias = nullptr;                // [outputs]
};

/// Functions work on images begin <= i < end. Pointers to maps are to image 0. `work`: kWorkFloats,
/// aligned to 32 bytes.
struct TrainingKernels {
  const char* isa;
  std::uint32_t needs;  // compute::CpuFeature bits

  /// Adds sum and sum of squares of each output channel to sums[0 .. outputs) and
  /// sums[outputs .. 2 outputs).
  void (*convolve)(const BlazeConvolution& layer,
                   int begin,
                   int end,
                   float* convolved,
                   double* sums,
                   float* work);
  void (*normalize)(const BlazeConvolution& layer,
                    const BlazeNormalization& normalization,
                    int begin,
                    int end,
                    float* output);
  /// Adds, per output channel, the sum of g and of g * convolved.
  void (*sum_gradients)(const BlazeConvolution& layer,
                        const BlazeBackward& backward,
                        int begin,
                        int end,
                        double* sums);
  void (*propagate_back)(const BlazeConvolution& layer,
                         const BlazeBackward& backward,
                         int begin,
                         int end,
                         float* work);
  void (*linear)(const BlazeLinear& layer, int begin, int end, float* output, float* work);
  /// Overwrites input_gradient, adds to the gradients of weights [inputs][outputs] and bias.
  void (*linear_back)(const BlazeLinear& layer,
                      const float* output_gradient,
                      int begin,
                      int end,
                      float* input_gradient,
                      float* weights_gradient,
                      float* bias_gradient,
                      float* work);
};

eyelid::kernels::KernelList<TrainingKernels> training_kernels();

namespace baseline {
extern const TrainingKernels kKernels;
}
namespace avx2 {
extern const TrainingKernels kKernels;
}
namespace avx512 {
extern const TrainingKernels kKernels;
}

}  // namespace eyelid::training::kernels
