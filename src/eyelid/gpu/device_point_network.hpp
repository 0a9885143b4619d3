// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "eyelid/gpu/device_gray_levels.hpp"
#include "eyelid/kernels/gpu/block.hpp"
#include "eyelid/kernels/tree_ensemble/cuda_tree_ensemble.hpp"
#include "eyelid/networks/point_network.hpp"

namespace eyelid::gpu {

/// One convolution of networks::PackedPointNetwork on a device.
struct DeviceConvolution {
  const float* weights;
  const float* bias;
  std::int32_t inputs;  // maps before they are taken apart
  std::int32_t outputs;
  std::int32_t window;  // of the phases
  std::int32_t stride;
  std::int32_t width, height;  // of the map that it gives
};
struct DeviceDense {
  const float* weights;  // (inputs + 1, columns): the bias first
  std::int32_t inputs, outputs, columns;
};
struct DevicePointNetwork {
  std::int32_t convolution_count;
  DeviceConvolution convolutions[networks::kMostPointConvolutions];
  DeviceDense denses[2];
};

/// Numbers of device memory that a block needs between the layers: the largest map after conv1,
/// conv3 and conv5, then the largest after conv2 and conv4.
inline constexpr std::size_t kPointNetworkFirstMap = 16 * 31 * 23;
inline constexpr std::size_t kPointNetworkScratch = kPointNetworkFirstMap + 24 * 22 * 12;

/// In shared memory.
struct PointNetworkWork {
  std::int32_t levels[256];  // pixels of each gray level
  float numbers[256];        // what the network reads for it
  float hidden[96];
  float points[2 * networks::kMostNetworkPoints];
};

/// networks::PointNetwork by the threads of one block: the same bits, as every sum takes its
/// products in the same order.
template <class Block, int kThreads>
class PointFinding {
 public:
  static_assert(kThreads == 256);

  EYELID_DEVICE PointFinding(const DevicePointNetwork& network,
                             const kernels::gpu::PatchView& patch,
                             PointNetworkWork& work,
                             float* scratch)
      : network_(network), patch_(patch), work_(work), scratch_(scratch) {}

  /// Leaves the points in work.points.
  EYELID_DEVICE void run(Block& block) {
    read(block);
    EYELID_KEEP_LOOP
    for (int i = 0; i < network_.convolution_count; i++) {
      const DeviceConvolution& layer = network_.convolutions[i];
      const int width = i == 0 ? patch_.width : network_.convolutions[i - 1].width;
      const int height = i == 0 ? patch_.height : network_.convolutions[i - 1].height;
      const float* input = map_after(i - 1);
      float* output = map_after(i);
      block.each_thread([&](int thread) {
        const int positions = layer.width * layer.height;
        for (int n = thread; n < layer.outputs * positions; n += kThreads) {
          const int o = n / positions, y = n % positions / layer.width, x = n % layer.width;
          const Corner corner{y * layer.stride, x * layer.stride, width, height};
          output[n] = i == 0
                          ? at(layer,
                               o,
                               corner,
                               [&](int, int row, int column) {
                                 return work_.numbers[patch_.pixels[row * patch_.width + column]];
                               })
                          : at(layer, o, corner, [&](int c, int row, int column) {
                              return input[(c * height + row) * width + column];
                            });
        }
      });
    }
    const float* features = map_after(network_.convolution_count - 1);
    multiply(block, network_.denses[0], features, work_.hidden, true);
    multiply(block, network_.denses[1], work_.hidden, work_.points, false);
  }

 private:
  struct Corner {
    int row, column;    // of the window in the map that is read
    int width, height;  // of that map
  };

  /// The maps after an even layer lie in the first part of the scratch memory.
  EYELID_DEVICE float* map_after(int layer) const {
    return layer % 2 == 0 ? scratch_ : scratch_ + kPointNetworkFirstMap;
  }

  /// The gray levels of the patch, counted, and the numbers that stand for them.
  EYELID_DEVICE void read(Block& block) {
    const int pixels = patch_.width * patch_.height;
    block.each_thread(
        [&](int thread) { count_gray_level(patch_.pixels, pixels, thread, work_.levels); });
    block.each_thread([&](int thread) {
      const landmarks::PatchSums sums = sums_of_levels(work_.levels);
      const auto input =
          networks::PointNetworkInput::of_sums(sums.of_levels, sums.of_squares, pixels);
      work_.numbers[thread] = input(thread);
    });
  }

  /// One number of a map: bias, then channel after channel, phase after phase, row after row of
  /// the window; ReLU.
  template <class Read>
  EYELID_DEVICE float at(const DeviceConvolution& layer, int o, Corner corner, Read number) const {
    constexpr int kGroup = 8;
    const int taps = layer.inputs * layer.stride * layer.stride * layer.window * layer.window;
    const float* weight = layer.weights + o / kGroup * taps * kGroup + o % kGroup;
    float sum = layer.bias[o];
    for (int c = 0; c < layer.inputs; c++) {
      for (int phase = 0; phase < layer.stride * layer.stride; phase++) {
        for (int tap = 0; tap < layer.window * layer.window; tap++) {
          const int row = corner.row + tap / layer.window * layer.stride + phase / layer.stride;
          const int column =
              corner.column + tap % layer.window * layer.stride + phase % layer.stride;
          sum = Block::fma(*weight, number(c, row, column), sum);
          weight += kGroup;
        }
      }
    }
    return sum >= 0.0f ? sum : 0.0f;
  }

  EYELID_DEVICE void multiply(Block& block,
                              const DeviceDense& layer,
                              const float* input,
                              float* output,
                              bool is_rectified) {
    block.each_thread([&](int thread) {
      if (thread >= layer.outputs) return;
      float sum = layer.weights[thread];
      for (int i = 0; i < layer.inputs; i++) {
        sum = Block::fma(input[i], layer.weights[(i + 1) * layer.columns + thread], sum);
      }
      output[thread] = is_rectified && !(sum >= 0.0f) ? 0.0f : sum;
    });
  }

  const DevicePointNetwork& network_;
  const kernels::gpu::PatchView& patch_;
  PointNetworkWork& work_;
  float* scratch_;
};

}  // namespace eyelid::gpu
