// SPDX-License-Identifier: MIT
#include "eyelid/networks/point_network.hpp"

#include <algorithm>

#include "eyelid/compute/cpu_features.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/networks/packed_point_network.hpp"

namespace eyelid::networks {
namespace {

using compute::AlignedBuffer;

/// A convolution as the kernels want it: windows of stride 2 over the phases of the maps.
PackedConvolution pack(const PointLayer& layer, const PointConvolution& shape) {
  const std::size_t taps = shape.inputs * shape.window * shape.window;
  EYELID_EXPECTS(layer.weights.size() == shape.outputs * taps);
  EYELID_EXPECTS(layer.bias.size() == shape.outputs);
  constexpr auto kGroup = static_cast<std::size_t>(kernels::kConvolutionGroup);
  const std::size_t stride = shape.stride, window = shape.window / stride;
  PackedConvolution packed{static_cast<int>(shape.inputs * stride * stride),
                           static_cast<int>(shape.outputs),
                           static_cast<int>(window),
                           AlignedBuffer<float>(shape.outputs * taps),
                           AlignedBuffer<float>(shape.outputs),
                           AlignedBuffer<float>(shape.outputs)};  // slopes of 0: ReLU
  for (std::size_t o = 0; o < shape.outputs; o++) {
    packed.bias[o] = layer.bias[o];
    for (std::size_t tap = 0; tap < taps; tap++) {
      const std::size_t c = tap / (shape.window * shape.window);
      const std::size_t y = tap / shape.window % shape.window, x = tap % shape.window;
      const std::size_t phase = (c * stride + y % stride) * stride + x % stride;
      const std::size_t place = (phase * window + y / stride) * window + x / stride;
      packed.weights[(o / kGroup * taps + place) * kGroup + o % kGroup] =
          layer.weights[o * taps + tap];
    }
  }
  return packed;
}

PackedPointNetwork::Dense pack(const PointLayer& layer, const PointDense& shape) {
  EYELID_EXPECTS(layer.weights.size() == shape.outputs * shape.inputs);
  const std::size_t columns = (shape.outputs + 31) / 32 * 32;
  AlignedBuffer<float> packed((shape.inputs + 1) * columns);
  for (std::size_t o = 0; o < shape.outputs; o++) {
    packed[o] = layer.bias[o];
    for (std::size_t i = 0; i < shape.inputs; i++) {
      packed[(i + 1) * columns + o] = layer.weights[o * shape.inputs + i];
    }
  }
  return {static_cast<std::ptrdiff_t>(columns), std::move(packed)};
}

// Maps of several pictures lie side by side: row y of a map holds row y of every picture, each as
// wide as a row of the layer's input.

/// Columns 0, 2, 4, ... and 1, 3, 5, ..., `width` each, of a row.
void split_columns(const float* __restrict row,
                   std::ptrdiff_t width,
                   float* __restrict even,
                   float* __restrict odd) {
  for (std::ptrdiff_t x = 0; x < width; x++) {
    even[x] = row[2 * x];
    odd[x] = row[2 * x + 1];
  }
}

/// A map whose next layer has stride 2, taken apart: see PackedPointNetwork. Columns and rows
/// beyond the last window are left out.
kernels::ConvolutionInput take_phases(const kernels::ConvolutionInput& map,
                                      std::ptrdiff_t pictures,
                                      std::size_t channels,
                                      const PointConvolution& next,
                                      float* phases) {
  const auto width = static_cast<std::ptrdiff_t>(next.width + 1);
  const auto height = static_cast<std::ptrdiff_t>(next.height + 1);
  const std::ptrdiff_t row = pictures * width, plane = row * height;
  for (std::size_t c = 0; c < channels; c++) {
    const float* source = map.data + static_cast<std::ptrdiff_t>(c) * map.plane;
    float* target = phases + static_cast<std::ptrdiff_t>(4 * c) * plane;
    for (std::ptrdiff_t y = 0; y < 2 * height; y++) {
      for (std::ptrdiff_t i = 0; i < pictures; i++) {
        float* even = target + (y % 2 * 2) * plane + y / 2 * row + i * width;
        split_columns(source + y * map.row + i * (map.row / pictures), width, even, even + plane);
      }
    }
  }
  return {phases, plane, row, 1};
}

/// The same map, moved together: no gaps between its rows and pictures.
kernels::ConvolutionInput without_gaps(const kernels::ConvolutionInput& map,
                                       std::ptrdiff_t pictures,
                                       const PointConvolution& shape,
                                       float* target) {
  const auto width = static_cast<std::ptrdiff_t>(shape.width);
  const auto height = static_cast<std::ptrdiff_t>(shape.height);
  const std::ptrdiff_t row = pictures * width;
  float* next = target;
  for (std::size_t c = 0; c < shape.outputs; c++) {
    const float* source = map.data + static_cast<std::ptrdiff_t>(c) * map.plane;
    for (std::ptrdiff_t y = 0; y < height; y++) {
      for (std::ptrdiff_t i = 0; i < pictures; i++) {
        next = std::copy_n(source + y * map.row + i * (map.row / pictures), width, next);
      }
    }
  }
  return {target, row * height, row, 1};
}

/// Positions of a layer's output as one long row: the gaps between rows and pictures are computed
/// as well.
std::ptrdiff_t positions(const PointConvolution& shape,
                         std::ptrdiff_t row,
                         std::ptrdiff_t pictures) {
  const auto width = static_cast<std::ptrdiff_t>(shape.width);
  const auto height = static_cast<std::ptrdiff_t>(shape.height);
  return (height - 1) * row + (pictures - 1) * (row / pictures) + width;
}

/// Whether moving a map together saves its next layer a third of its blocks, which is worth the
/// copy.
bool are_gaps_costly(const PointConvolution& shape,
                     const PointConvolution& next,
                     std::ptrdiff_t row,
                     std::ptrdiff_t pictures) {
  const auto packed_row = pictures * static_cast<std::ptrdiff_t>(shape.width);
  return 3 * whole_blocks(positions(next, packed_row, pictures)) <=
         2 * whole_blocks(positions(next, row, pictures));
}

}  // namespace

std::shared_ptr<const PackedPointNetwork> pack_point_network(const PointNetworkWeights& weights) {
  EYELID_EXPECTS(weights.shape != nullptr);
  const PointNetworkShape& shape = *weights.shape;
  auto packed = std::make_shared<PackedPointNetwork>();
  packed->shape = &shape;
  for (std::size_t i = 0; i < shape.convolutions.size(); i++) {
    packed->convolutions.push_back(pack(weights.convolutions[i], shape.convolutions[i]));
  }
  for (std::size_t i = 0; i < shape.denses.size(); i++) {
    packed->denses[i] = pack(weights.denses[i], shape.denses[i]);
  }
  return packed;
}

struct PointNetwork::Workspace {
  Workspace(const PackedPointNetwork& network,
            std::size_t most_pictures,
            const kernels::ConvolutionKernels& k)
      : kernels(&k) {
    const PointNetworkShape& shape = *network.shape;
    std::size_t largest = 0, largest_phases = 0, row = 0;
    for (const PointConvolution& layer : shape.convolutions) {
      // Maps keep the rows of their input.
      if (layer.stride == 2) row = most_pictures * (layer.width + 1);
      const std::size_t window = layer.window / layer.stride;
      largest_phases =
          std::max(largest_phases,
                   layer.stride * layer.stride * layer.inputs * row * (layer.height + window - 1));
      largest = std::max(largest, layer.outputs * plane_of(row, layer.height));
    }
    constexpr auto kSlack = static_cast<std::size_t>(kMapSlack);
    phases = AlignedBuffer<float>(largest_phases + kSlack);
    for (auto& map : maps) map = AlignedBuffer<float>(largest + kSlack);
    for (std::size_t i = 0; i < features.size(); i++) {
      features[i] = AlignedBuffer<float>((shape.denses[i].inputs + 1) * most_pictures);
      sums[i] =
          AlignedBuffer<float>(static_cast<std::size_t>(network.denses[i].columns) * most_pictures);
    }
  }

  static std::size_t plane_of(std::size_t row, std::size_t height) {
    return static_cast<std::size_t>(whole_blocks(static_cast<std::ptrdiff_t>(row * height)));
  }

  kernels::ConvolutionInput read(std::span<const FrameView> patches);
  kernels::ConvolutionInput convolve(const PackedConvolution& layer,
                                     const PointConvolution& shape,
                                     const kernels::ConvolutionInput& input,
                                     std::ptrdiff_t pictures,
                                     float* map) const {
    const auto plane =
        static_cast<std::ptrdiff_t>(plane_of(static_cast<std::size_t>(input.row), shape.height));
    kernels->convolve(
        layer.view(), input, {map, plane, input.row}, 1, positions(shape, input.row, pictures));
    return {map, plane, input.row, 1};
  }
  /// The map as features of the first dense layer.
  void collect(const kernels::ConvolutionInput& map,
               const PointConvolution& shape,
               std::ptrdiff_t pictures);
  void run_dense(const PackedPointNetwork& network, std::size_t i, std::ptrdiff_t pictures);

  const kernels::ConvolutionKernels* kernels;
  AlignedBuffer<float> phases, maps[2];
  std::array<AlignedBuffer<float>, 2> features;  // of the dense layers: (1 + inputs, pictures)
  std::array<AlignedBuffer<float>, 2> sums;      // (pictures, columns)
};

/// The phases of the patches, each brought to mean 0.
kernels::ConvolutionInput PointNetwork::Workspace::read(std::span<const FrameView> patches) {
  const std::ptrdiff_t width = patches[0].width / 2;
  const std::ptrdiff_t row_length = width * std::ssize(patches);
  const std::ptrdiff_t plane = row_length * (patches[0].height / 2);
  float* target = phases.data();
  for (const FrameView& patch : patches) {
    std::int64_t levels = 0, squares = 0;
    for (int y = 0; y < patch.height; y++) {
      const std::uint8_t* row = patch.row(y);
      std::int32_t row_levels = 0, row_squares = 0;
      for (int x = 0; x < patch.width; x++) {
        row_levels += row[x];
        row_squares += row[x] * row[x];
      }
      levels += row_levels;
      squares += row_squares;
    }
    const auto input = PointNetworkInput::of_sums(
        levels, squares, std::int64_t{patch.width} * std::int64_t{patch.height});
    std::array<float, 256> number;
    for (int level = 0; level < 256; level++) {
      number[static_cast<std::size_t>(level)] = input(level);
    }
    for (int y = 0; y < patch.height; y++) {
      const std::uint8_t* row = patch.row(y);
      float* even = target + y % 2 * 2 * plane + y / 2 * row_length;
      float* odd = even + plane;
      for (std::ptrdiff_t x = 0; x < width; x++) {
        even[x] = number[row[2 * x]];
        odd[x] = number[row[2 * x + 1]];
      }
    }
    target += width;
  }
  return {phases.data(), plane, row_length, 1};
}

void PointNetwork::Workspace::collect(const kernels::ConvolutionInput& map,
                                      const PointConvolution& shape,
                                      std::ptrdiff_t pictures) {
  const auto width = static_cast<std::ptrdiff_t>(shape.width);
  const auto height = static_cast<std::ptrdiff_t>(shape.height);
  float* feature = features[0].data() + pictures;
  for (std::size_t c = 0; c < shape.outputs; c++) {
    for (std::ptrdiff_t y = 0; y < height; y++) {
      const float* row = map.data + static_cast<std::ptrdiff_t>(c) * map.plane + y * map.row;
      for (std::ptrdiff_t x = 0; x < width; x++) {
        for (std::ptrdiff_t i = 0; i < pictures; i++) {
          *feature++ = row[i * (map.row / pictures) + x];
        }
      }
    }
  }
}

void PointNetwork::Workspace::run_dense(const PackedPointNetwork& network,
                                        std::size_t i,
                                        std::ptrdiff_t pictures) {
  const PackedPointNetwork::Dense& layer = network.denses[i];
  std::fill_n(features[i].data(), pictures, 1.0f);  // of the bias
  kernels->weigh_planes(layer.weights.data(),
                        layer.columns,
                        static_cast<int>(network.shape->denses[i].inputs + 1),
                        features[i].data(),
                        static_cast<int>(pictures),
                        0.0f,
                        layer.columns,
                        sums[i].data());
}

PointNetwork::PointNetwork(std::shared_ptr<const PackedPointNetwork> weights,
                           std::size_t most_patches)
    : PointNetwork(std::move(weights),
                   most_patches,
                   kernels::convolution_kernels().pick(compute::cpu_features())) {}

PointNetwork::PointNetwork(std::shared_ptr<const PackedPointNetwork> weights,
                           std::size_t most_patches,
                           const kernels::ConvolutionKernels& kernels)
    : weights_(std::move(weights)), most_patches_(most_patches) {
  EYELID_EXPECTS(most_patches == 1 || most_patches == 2);
  workspace_ = std::make_unique<Workspace>(*weights_, most_patches, kernels);
}

PointNetwork::~PointNetwork() = default;
PointNetwork::PointNetwork(PointNetwork&&) noexcept = default;
PointNetwork& PointNetwork::operator=(PointNetwork&&) noexcept = default;

void PointNetwork::run(std::span<const FrameView> patches, std::span<Point> points) {
  const PointNetworkShape& network = *weights_->shape;
  EYELID_EXPECTS(!patches.empty() && patches.size() <= most_patches_);
  EYELID_EXPECTS(points.size() == patches.size() * network.points());
  for (const FrameView& patch : patches) {
    EYELID_EXPECTS(patch.width == network.width && patch.height == network.height);
  }
  Workspace& work = *workspace_;
  const std::ptrdiff_t pictures = std::ssize(patches);
  kernels::ConvolutionInput map = work.read(patches);
  for (std::size_t i = 0; i < network.convolutions.size(); i++) {
    const PointConvolution& shape = network.convolutions[i];
    if (i > 0 && shape.stride == 2) {
      map = take_phases(map, pictures, shape.inputs, shape, work.phases.data());
    } else if (i > 0) {
      const PointConvolution& before = network.convolutions[i - 1];
      if (are_gaps_costly(before, shape, map.row, pictures)) {
        map = without_gaps(map, pictures, before, work.phases.data());
      }
    }
    map = work.convolve(weights_->convolutions[i], shape, map, pictures, work.maps[i % 2].data());
  }
  work.collect(map, network.convolutions.back(), pictures);
  work.run_dense(*weights_, 0, pictures);
  for (std::ptrdiff_t i = 0; i < pictures; i++) {
    const float* sums = work.sums[0].data() + i * weights_->denses[0].columns;
    float* feature = work.features[1].data() + pictures + i;
    for (std::size_t o = 0; o < network.denses[0].outputs; o++, feature += pictures) {
      *feature = std::max(sums[o], 0.0f);
    }
  }
  work.run_dense(*weights_, 1, pictures);
  for (std::size_t k = 0; k < points.size(); k++) {
    const std::size_t picture = k / network.points(), i = k % network.points();
    const float* sums =
        work.sums[1].data() + picture * static_cast<std::size_t>(weights_->denses[1].columns);
    points[k] = {sums[2 * i], sums[2 * i + 1]};
  }
}

}  // namespace eyelid::networks
