// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "eyelid/core/image.hpp"
#include "eyelid/networks/blazeface_weights.hpp"

namespace eyelid::networks {

/// Finds the ranges of a network's activations on pictures, for int8: the maximum of each channel.
/// Uses plain single-precision layers, about 30 ms per picture.
class BlazeFaceCalibration {
 public:
  explicit BlazeFaceCalibration(const BlazeFaceWeights& weights);

  /// `picture` is 128x128.
  void add(const FrameView& picture);
  std::size_t pictures() const { return pictures_; }

  /// Steps such that each channel's range is `headroom` times its maximum. Larger values are
  /// clipped, which costs more than coarser steps: small faces lose score. A channel that was
  /// always 0 gets the widest step of its layer. Needs at least one picture and headroom > 0.
  BlazeFaceInt8Scales scales(double headroom = kHeadroom) const;
  /// Chosen on training pictures other than those of the ranges.
  static constexpr double kHeadroom = 1.3;

 private:
  /// [channel][row][column]
  struct Planes {
    int channels = 0;
    int width = 0;
    std::vector<float> values;
    float* plane(int c) { return values.data() + c * width * width; }
    const float* plane(int c) const { return values.data() + c * width * width; }
  };
  using Ranges = std::vector<float>;  // of each channel

  Planes stem(const FrameView& picture) const;
  static Planes depthwise(const ConvolutionWeights& weights, int stride, const Planes& input);
  static Planes block_output(const ConvolutionWeights& weights,
                             int stride,
                             const Planes& input,
                             const Planes& middle);
  static void note(const Planes& planes, Ranges& ranges);

  const BlazeFaceWeights& weights_;
  std::size_t pictures_ = 0;
  Ranges stem_ = Ranges(kBlazeFaceStemChannels);
  std::array<Ranges, kBlazeFaceBlockCount> middle_;
  std::array<Ranges, kBlazeFaceBlockCount> output_;
};

}  // namespace eyelid::networks
