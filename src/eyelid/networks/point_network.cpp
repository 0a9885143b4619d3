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

/// A map whose next layer has stride 2, taken apart: see PackedPointNetwork. Columns and rows
/// beyond the last window are left out.
kernels::ConvolutionInput take_phases(const kernels::ConvolutionInput& map,
                                      std::size_t channels,
                                      const PointConvolution& next,
                                      float* phases) {
  const auto width = static_cast<std::ptrdiff_t>(next.width + 1);
  const auto height = static_cast<std::ptrdiff_t>(next.height + 1);
  const std::ptrdiff_t plane = width * height;
  for (std::size_t c = 0; c < channels; c++) {
    const float* source = map.data + static_cast<std::ptrdiff_t>(c) * map.plane;
    float* target = phases + static_cast<std::ptrdiff_t>(4 * c) * plane;
    for (std::ptrdiff_t y = 0; y < 2 * height; y++) {
      const float* from = source + y * map.row;
      float* even = target + (y % 2 * 2) * plane + y / 2 * width;
      float* odd = even + plane;
      for (std::ptrdiff_t x = 0; x < width; x++) {
        even[x] = from[2 * x];
        odd[x] = from[2 * x + 1];
      }
    }
  }
  return {phases, plane, width, 1};
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
  Workspace(const PackedPointNetwork& network, const kernels::ConvolutionKernels& k) : kernels(&k) {
    const PointNetworkShape& shape = *network.shape;
    std::size_t largest = 0, largest_phases = 0, row = 0;
    for (const PointConvolution& layer : shape.convolutions) {
      // Maps keep the rows of their input.
      if (layer.stride == 2) {
        row = layer.width + 1;
        largest_phases = std::max(largest_phases, 4 * layer.inputs * row * (layer.height + 1));
      }
      largest = std::max(largest, layer.outputs * plane_of(row, layer.height));
    }
    constexpr auto kSlack = static_cast<std::size_t>(kMapSlack);
    phases = AlignedBuffer<float>(largest_phases + kSlack);
    for (auto& map : maps) map = AlignedBuffer<float>(largest + kSlack);
    for (std::size_t i = 0; i < features.size(); i++) {
      features[i] = AlignedBuffer<float>(shape.denses[i].inputs + 1);
      features[i][0] = 1.0f;  // of the bias
    }
    result = AlignedBuffer<float>(static_cast<std::size_t>(network.denses.back().columns));
  }

  static std::size_t plane_of(std::size_t row, std::size_t height) {
    return static_cast<std::size_t>(whole_blocks(static_cast<std::ptrdiff_t>(row * height)));
  }

  kernels::ConvolutionInput read(const FrameView& patch);
  /// The whole map is computed as one long row; what lies between its rows is never used.
  kernels::ConvolutionInput convolve(const PackedConvolution& layer,
                                     const PointConvolution& shape,
                                     const kernels::ConvolutionInput& input,
                                     float* map) const {
    const auto width = static_cast<std::ptrdiff_t>(shape.width);
    const auto height = static_cast<std::ptrdiff_t>(shape.height);
    const auto plane =
        static_cast<std::ptrdiff_t>(plane_of(static_cast<std::size_t>(input.row), shape.height));
    kernels->convolve(
        layer.view(), input, {map, plane, input.row}, 1, (height - 1) * input.row + width);
    return {map, plane, input.row, 1};
  }

  const kernels::ConvolutionKernels* kernels;
  AlignedBuffer<float> phases, maps[2], result;
  std::array<AlignedBuffer<float>, 2> features;
};

/// The phases of the patch, brought to mean 0.
kernels::ConvolutionInput PointNetwork::Workspace::read(const FrameView& patch) {
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
  const std::ptrdiff_t width = patch.width / 2;
  const std::ptrdiff_t plane = width * (patch.height / 2);
  for (int y = 0; y < patch.height; y++) {
    const std::uint8_t* row = patch.row(y);
    float* even = phases.data() + y % 2 * 2 * plane + y / 2 * width;
    float* odd = even + plane;
    for (std::ptrdiff_t x = 0; x < width; x++) {
      even[x] = number[row[2 * x]];
      odd[x] = number[row[2 * x + 1]];
    }
  }
  return {phases.data(), plane, width, 1};
}

PointNetwork::PointNetwork(std::shared_ptr<const PackedPointNetwork> weights)
    : PointNetwork(std::move(weights),
                   kernels::convolution_kernels().pick(compute::cpu_features())) {}

PointNetwork::PointNetwork(std::shared_ptr<const PackedPointNetwork> weights,
                           const kernels::ConvolutionKernels& kernels)
    : weights_(std::move(weights)), workspace_(std::make_unique<Workspace>(*weights_, kernels)) {}

PointNetwork::~PointNetwork() = default;
PointNetwork::PointNetwork(PointNetwork&&) noexcept = default;
PointNetwork& PointNetwork::operator=(PointNetwork&&) noexcept = default;

void PointNetwork::run(const FrameView& patch, std::span<Point> points) {
  const PointNetworkShape& network = *weights_->shape;
  EYELID_EXPECTS(patch.width == network.width && patch.height == network.height);
  EYELID_EXPECTS(points.size() == network.points());
  Workspace& work = *workspace_;
  kernels::ConvolutionInput map = work.read(patch);
  for (std::size_t i = 0; i < network.convolutions.size(); i++) {
    const PointConvolution& shape = network.convolutions[i];
    if (i > 0 && shape.stride == 2) {
      map = take_phases(map, shape.inputs, shape, work.phases.data());
    }
    map = work.convolve(weights_->convolutions[i], shape, map, work.maps[i % 2].data());
  }
  const PointConvolution& last = network.convolutions.back();
  float* feature = work.features[0].data() + 1;
  for (std::size_t c = 0; c < last.outputs; c++) {
    for (std::size_t y = 0; y < last.height; y++) {
      const float* row = map.data + static_cast<std::ptrdiff_t>(c) * map.plane +
                         static_cast<std::ptrdiff_t>(y) * map.row;
      feature = std::copy_n(row, last.width, feature);
    }
  }
  const auto dense = [&](std::size_t i, float* sums) {
    const std::ptrdiff_t columns = weights_->denses[i].columns;
    work.kernels->weigh_planes(weights_->denses[i].weights.data(),
                               columns,
                               static_cast<int>(network.denses[i].inputs + 1),
                               work.features[i].data(),
                               0.0f,
                               columns,
                               sums);
  };
  AlignedBuffer<float>& hidden = work.maps[0];
  dense(0, hidden.data());
  for (std::size_t o = 0; o < network.denses[0].outputs; o++) {
    work.features[1][o + 1] = std::max(hidden[o], 0.0f);
  }
  dense(1, work.result.data());
  for (std::size_t i = 0; i < points.size(); i++) {
    points[i] = {work.result[2 * i], work.result[2 * i + 1]};
  }
}

}  // namespace eyelid::networks
