// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstdint>
#include <memory>
#include <span>

#include "eyelid/core/geometry.hpp"
#include "eyelid/core/image.hpp"
#include "eyelid/core/portable.hpp"
#include "eyelid/networks/point_network_weights.hpp"

namespace eyelid::kernels {
struct ConvolutionKernels;
}

namespace eyelid::networks {

/// Weights in the order the kernels read them. Immutable; shared by the networks of all threads.
struct PackedPointNetwork;
std::shared_ptr<const PackedPointNetwork> pack_point_network(const PointNetworkWeights& weights);

/// Gray levels -> numbers of the network. Sums of integers and one square root: the same bits on
/// every processor and on the GPU.
struct PointNetworkInput {
  double mean = 0.0;
  double scale = 0.0;

  EYELID_PORTABLE static PointNetworkInput of_sums(std::int64_t levels,
                                                   std::int64_t squares,
                                                   std::int64_t pixels) {
    const auto count = static_cast<double>(pixels);
    const double variance =
        static_cast<double>(pixels * squares - levels * levels) / (count * count);
    return {static_cast<double>(levels) / count, 1.0 / (std::sqrt(variance) + kPatchContrast)};
  }
  EYELID_PORTABLE float operator()(int level) const {
    return static_cast<float>((static_cast<double>(level) - mean) * scale);
  }
};

/// Runs an eye finder or a lid finder in single precision. Every instruction set gives the same
/// bits (the contract of kernels/convolution).
///
/// Threads: one network per thread. Allocates only in the constructor.
class PointNetwork {
 public:
  /// Of one patch at a time, or of up to two, whose weights are then read once.
  explicit PointNetwork(std::shared_ptr<const PackedPointNetwork> weights,
                        std::size_t most_patches = 1);
  PointNetwork(std::shared_ptr<const PackedPointNetwork> weights,
               std::size_t most_patches,
               const kernels::ConvolutionKernels& kernels);
  ~PointNetwork();
  PointNetwork(PointNetwork&&) noexcept;
  PointNetwork& operator=(PointNetwork&&) noexcept;

  /// `patches` are of the size of its shape; `points` of the first, then of the second, as many as
  /// it gives of each, the same as of either alone. Their unit: PointNetworkWeights.
  void run(std::span<const FrameView> patches, std::span<Point> points);
  void run(const FrameView& patch, std::span<Point> points) {
    run(std::span<const FrameView>(&patch, 1), points);
  }

 private:
  struct Workspace;
  std::shared_ptr<const PackedPointNetwork> weights_;
  std::size_t most_patches_;
  std::unique_ptr<Workspace> workspace_;
};

}  // namespace eyelid::networks
