// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "eyelid/core/image.hpp"
#include "eyelid/inference/blazeface_weights.hpp"

namespace eyelid::inference {

/// Finds the ranges of a network's activations on pictures, for 8 bits: per channel, the largest
/// number of each picture. Plain single-precision layers of its own, some 10 ms per picture.
class BlazeFaceCalibration {
 public:
  explicit BlazeFaceCalibration(const BlazeFaceWeights& weights);

  /// `picture` is 128x128.
  void add(const FrameView& picture);
  std::size_t pictures() const { return pictures_; }

  /// Steps such that this share of the pictures (0 .. 1) stays within the range of each channel;
  /// what is larger is clipped. A channel that never moved gets the widest step of its layer.
  /// At least one picture.
  BlazeFaceInt8Scales scales(double share = 1.0) const;

 private:
  /// [channel][row][column]
  struct Planes {
    int channels = 0;
    int width = 0;
    std::vector<float> values;
    float* plane(int c) { return values.data() + c * width * width; }
    const float* plane(int c) const { return values.data() + c * width * width; }
  };
  using Ranges = std::vector<std::vector<float>>;  // [channel][picture]

  Planes stem(const FrameView& picture) const;
  static Planes depthwise(const ConvolutionWeights& weights, int stride, const Planes& input);
  static Planes block_output(const ConvolutionWeights& weights,
                             int stride,
                             const Planes& input,
                             const Planes& middle);
  static void note(const Planes& planes, Ranges& ranges);

  const BlazeFaceWeights& weights_;
  std::size_t pictures_ = 0;
  Ranges stem_{kBlazeFaceStemChannels};
  std::array<Ranges, kBlazeFaceBlockCount> middle_;
  std::array<Ranges, kBlazeFaceBlockCount> output_;
};

}  // namespace eyelid::inference
