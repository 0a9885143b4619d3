// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <memory>

#include "eyelid/core/geometry.hpp"
#include "eyelid/core/image.hpp"
#include "eyelid/core/portable.hpp"
#include "eyelid/networks/eye_finder_weights.hpp"

namespace eyelid::kernels {
struct ConvolutionKernels;
}

namespace eyelid::networks {

/// Weights in the order the kernels read them. Immutable; shared by the networks of all threads.
struct PackedEyeFinder;
std::shared_ptr<const PackedEyeFinder> pack_eye_finder(const EyeFinderWeights& weights);

/// Gray levels -> numbers of the network. Sums of integers and one square root: the same bits on
/// every processor and on the GPU.
struct EyeFinderInput {
  double mean = 0.0;
  double scale = 0.0;

  EYELID_PORTABLE static EyeFinderInput of_sums(std::int64_t levels, std::int64_t squares) {
    constexpr std::int64_t kPixels = std::int64_t{kEyeFinderWidth} * kEyeFinderHeight;
    constexpr auto kCount = static_cast<double>(kPixels);
    const double variance =
        static_cast<double>(kPixels * squares - levels * levels) / (kCount * kCount);
    return {static_cast<double>(levels) / kCount, 1.0 / (std::sqrt(variance) + kEyeFinderLight)};
  }
  EYELID_PORTABLE float operator()(int level) const {
    return static_cast<float>((static_cast<double>(level) - mean) * scale);
  }
};

/// Runs the eye finder in single precision. Every instruction set gives the same bits (the contract
/// of kernels/convolution).
///
/// Threads: one network per thread. Allocates only in the constructor.
class EyeFinderNetwork {
 public:
  explicit EyeFinderNetwork(std::shared_ptr<const PackedEyeFinder> weights);
  EyeFinderNetwork(std::shared_ptr<const PackedEyeFinder> weights,
                   const kernels::ConvolutionKernels& kernels);
  ~EyeFinderNetwork();
  EyeFinderNetwork(EyeFinderNetwork&&) noexcept;
  EyeFinderNetwork& operator=(EyeFinderNetwork&&) noexcept;

  /// `patch` is kEyeFinderWidth x kEyeFinderHeight. Points from its middle, in units of the
  /// distance of the eye centers on it: right eye, then left.
  std::array<Point, kEyeFinderPoints> run(const FrameView& patch);

 private:
  struct Workspace;
  std::shared_ptr<const PackedEyeFinder> weights_;
  std::unique_ptr<Workspace> workspace_;
};

}  // namespace eyelid::networks
