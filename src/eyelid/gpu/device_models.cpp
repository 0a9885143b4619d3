// SPDX-License-Identifier: MIT
#include "eyelid/gpu/device_models.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>
#include <utility>

#include "eyelid/core/error.hpp"
#include "eyelid/core/half.hpp"
#include "eyelid/kernels/blazeface/cuda_half.hpp"
#include "eyelid/kernels/tree_ensemble/tree_ensemble.hpp"
#include "eyelid/landmarks/patch.hpp"
#include "eyelid/networks/packed_point_network.hpp"

namespace eyelid::gpu {
namespace {

using kernels::gpu::Half4;
using kernels::gpu::HalfLayerWeights;
using landmarks::ShapeModelDescription;
using networks::BlazeFaceWeights;
using networks::ConvolutionWeights;

/// Four numbers from a function of 0 .. 3, rounded to half precision.
template <class Value>
Half4 half4(Value value) {
  const auto half = [&](int i) {
    return std::uint32_t{half_from_float(static_cast<float>(value(i)))};
  };
  return {half(0) | half(1) << 16, half(2) | half(3) << 16};
}

/// The fragments of B: lane (g, t) holds weights of output 8 tile + g for inputs 16 step + 4t ...
void pack_pointwise(const ConvolutionWeights& layer,
                    int inputs,
                    int outputs,
                    float scale,
                    const HalfLayerWeights& place,
                    std::vector<Half4>& packed) {
  const int steps = kernels::gpu::round_up(inputs, 16) / 16;
  const int tiles = kernels::gpu::round_up(outputs, 8) / 8;
  for (int step = 0; step < steps; step++) {
    for (int tile = 0; tile < tiles; tile++) {
      for (int lane = 0; lane < 32; lane++) {
        const int output = 8 * tile + lane / 4;
        const int first = 16 * step + 4 * (lane % 4);
        packed[static_cast<std::size_t>(place.pointwise + (step * tiles + tile) * 32 + lane)] =
            half4([&](int i) {
              const bool is_there = output < outputs && first + i < inputs;
              return is_there
                         ? scale *
                               layer.weights[static_cast<std::size_t>(output * inputs + first + i)]
                         : 0.0f;
            });
      }
    }
  }
  const auto bias = [&](int output) {
    return std::bit_cast<std::uint32_t>(
        output < outputs ? layer.bias[static_cast<std::size_t>(output)] : 0.0f);
  };
  for (int i = 0; i < 4 * tiles; i++) {
    packed[static_cast<std::size_t>(place.bias + i)] = {bias(2 * i), bias(2 * i + 1)};
  }
}

void pack_depthwise(const ConvolutionWeights& layer,
                    int channels,
                    const HalfLayerWeights& place,
                    std::vector<Half4>& packed) {
  const int steps = kernels::gpu::round_up(channels, 16) / 16;
  for (int i = 0; i < steps * 40; i++) {
    const int first = i / 40 * 16 + i % 4 * 4;
    const int tap = i % 40 / 4;
    packed[static_cast<std::size_t>(place.depthwise + i)] = half4([&](int j) {
      const auto channel = static_cast<std::size_t>(first + j);
      if (first + j >= channels) return 0.0f;
      return tap == 9 ? layer.bias[channel]
                      : layer.weights[9 * channel + static_cast<std::size_t>(tap)];
    });
  }
}

/// For the whole picture, then for each part.
std::vector<Half4> half_schedule(int band) {
  using namespace kernels::gpu;
  constexpr int kWords = kHalfScheduleSteps + 1;
  std::vector<Half4> schedule((1 + kHalfParts) * kWords);
  write_half_schedule(band, 0, 16, schedule.data());
  for (int part = 0; part < kHalfParts; part++) {
    const int rows = 16 / kHalfParts;
    write_half_schedule(
        band, part * rows, part * rows + rows, schedule.data() + (1 + part) * kWords);
  }
  return schedule;
}

std::vector<float> transposed(const std::vector<float>& weights, std::size_t inputs) {
  const std::size_t outputs = weights.size() / inputs;
  std::vector<float> result(weights.size());
  for (std::size_t o = 0; o < outputs; o++) {
    for (std::size_t k = 0; k < inputs; k++) result[k * outputs + o] = weights[o * inputs + k];
  }
  return result;
}

/// (anchors * 16, inputs) -> [anchor][input][16], then the biases.
std::vector<float> pack_boxes(const ConvolutionWeights& layer, std::size_t inputs) {
  std::vector<float> packed;
  for (std::size_t anchor = 0; anchor < layer.bias.size() / 16; anchor++) {
    for (std::size_t k = 0; k < inputs; k++) {
      for (std::size_t j = 0; j < 16; j++) {
        packed.push_back(layer.weights[(16 * anchor + j) * inputs + k]);
      }
    }
  }
  packed.insert(packed.end(), layer.bias.begin(), layer.bias.end());
  return packed;
}

/// As ShapeModel has them: what a file holds in half precision is made integers.
std::vector<float> leaves_of(const ShapeModelDescription& model,
                             const ShapeModelDescription::Cascade& cascade) {
  std::vector<float> leaves = cascade.leaves;
  if (model.leaf_type == landmarks::LeafType::F16) {
    for (float& leaf : leaves) leaf = float_from_half(half_from_float(leaf));
  }
  return leaves;
}

/// The kernels read leaves four numbers at a time: one point alone gets a twin in its place, which
/// never moves. Two points in one place have no turn either.
ShapeModelDescription with_twin(ShapeModelDescription model) {
  model.mean_shape.push_back(model.mean_shape[0]);
  for (ShapeModelDescription::Cascade& cascade : model.cascades) {
    std::vector<float> leaves;
    leaves.reserve(2 * cascade.leaves.size());
    for (std::size_t i = 0; i < cascade.leaves.size(); i += 2) {
      leaves.insert(leaves.end(), {cascade.leaves[i], cascade.leaves[i + 1], 0.0f, 0.0f});
    }
    cascade.leaves = std::move(leaves);
  }
  return model;
}

std::vector<std::int16_t> leaf_steps(const std::vector<float>& leaves, float scale) {
  std::vector<std::int16_t> steps;
  steps.reserve(leaves.size());
  for (const float leaf : leaves) {
    steps.push_back(static_cast<std::int16_t>(std::lround(leaf / scale)));
  }
  return steps;
}

void check(const ShapeModelDescription& model) {
  bool fits = model.mean_shape.size() <= kernels::gpu::kMaxShapeValues / 2 && model.depth <= 8;
  for (const auto& cascade : model.cascades) {
    fits = fits && cascade.features.size() <= kernels::gpu::kMaxFeatures &&
           model.tree_count(cascade) <= kernels::gpu::kMaxTreesPerCascade;
  }
  if (!fits) {
    throw InputError("shape model of " + std::to_string(model.mean_shape.size()) +
                     " points: too large for the GPU; expected at most 68 points, 1024 features "
                     "and 4096 trees per cascade, depth 8");
  }
}

}  // namespace

std::vector<Half4> pack_blazeface_half(const BlazeFaceWeights& detector) {
  using namespace kernels::gpu;
  constexpr HalfWeights kPlaces = half_weights();
  std::vector<Half4> packed(static_cast<std::size_t>(kPlaces.end));
  pack_pointwise(detector.stem, 25, 24, detector.input_scale, kPlaces.layer[0], packed);
  for (std::size_t i = 0; i < networks::kBlazeFaceBlocks.size(); i++) {
    const auto& shape = networks::kBlazeFaceBlocks[i];
    const HalfLayerWeights& place = kPlaces.layer[i + 1];
    pack_depthwise(detector.blocks[i].depthwise, shape.inputs, place, packed);
    pack_pointwise(detector.blocks[i].pointwise, shape.inputs, shape.outputs, 1.0f, place, packed);
  }
  pack_pointwise(detector.scores_16, kFeatures16, 2, 1.0f, kPlaces.scores_16, packed);
  pack_pointwise(detector.scores_8, kFeatures8, 6, 1.0f, kPlaces.scores_8, packed);
  return packed;
}

DeviceModels::DeviceModels(const BlazeFaceWeights& detector,
                           const networks::PointNetworkWeights& eye_finder,
                           const networks::PointNetworkWeights& lid_finder,
                           const ShapeModelDescription& eye_region,
                           const ShapeModelDescription& one_eye,
                           const ShapeModelDescription& face,
                           const ShapeModelDescription& presence)
    : half_weights_(image_.add(pack_blazeface_half(detector))),
      schedule_hopper_(image_.add(half_schedule(kernels::gpu::BlazeHalfHopper::kBand))),
      schedule_ampere_(image_.add(half_schedule(kernels::gpu::BlazeHalfAmpere::kBand))),
      input_scale_(detector.input_scale),
      input_offset_(detector.input_offset) {
  EYELID_EXPECTS(eye_region.mean_shape.size() == 22 && one_eye.mean_shape.size() == 6 &&
                 face.mean_shape.size() == 68 && presence.mean_shape.size() == 1);
  add_f32(detector);
  boxes_16_ = image_.add(pack_boxes(detector.boxes_16, 88));
  boxes_8_ = image_.add(pack_boxes(detector.boxes_8, 96));
  eye_finder_ = add_point_network(eye_finder);
  lid_finder_ = add_point_network(lid_finder);
  eye_region_ = add_shape(eye_region);
  one_eye_ = add_shape(one_eye);
  presence_ = add_shape(with_twin(presence));
  face_ = add_shape(face);
  std::vector<std::int32_t> mirrored;
  for (const std::size_t i : landmarks::kMirroredFacePoint) {
    mirrored.push_back(static_cast<std::int32_t>(i));
  }
  mirrored_face_point_ = image_.add(mirrored);
}

void DeviceModels::add_f32(const BlazeFaceWeights& detector) {
  f32_[0] = add_f32_layer(detector.stem, 25);
  for (std::size_t i = 0; i < networks::kBlazeFaceBlocks.size(); i++) {
    const auto inputs = static_cast<std::size_t>(networks::kBlazeFaceBlocks[i].inputs);
    const auto& block = detector.blocks[i];
    f32_[i + 1] = add_f32_layer(block.pointwise, inputs);
    std::vector<float> depthwise = transposed(block.depthwise.weights, 9);
    depthwise.insert(depthwise.end(), block.depthwise.bias.begin(), block.depthwise.bias.end());
    f32_[i + 1].depthwise = image_.add(depthwise);
    f32_[i + 1].has_depthwise = true;
  }
  f32_[17] = add_f32_layer(detector.scores_16, 88);
  f32_[18] = add_f32_layer(detector.scores_8, 96);
}

DeviceModels::F32Layer DeviceModels::add_f32_layer(const ConvolutionWeights& layer,
                                                   std::size_t inputs) {
  F32Layer places;
  places.weights = image_.add(transposed(layer.weights, inputs));
  places.bias = image_.add(layer.bias);
  return places;
}

namespace {

// Whether the maps fit into scratch memory as PointFinding lays them out.
constexpr bool maps_fit(const networks::PointNetworkShape& shape) {
  std::array<std::size_t, 2> largest{};
  for (std::size_t i = 0; i < shape.convolutions.size(); i++) {
    const networks::PointConvolution& layer = shape.convolutions[i];
    largest[i % 2] = std::max(largest[i % 2], layer.outputs * layer.width * layer.height);
  }
  return largest[0] <= kPointNetworkFirstMap &&
         kPointNetworkFirstMap + largest[1] <= kPointNetworkScratch;
}
static_assert(maps_fit(networks::kEyeFinder) && maps_fit(networks::kLidFinder));

}  // namespace

DeviceModels::PointNetworkPlaces DeviceModels::add_point_network(
    const networks::PointNetworkWeights& weights) {
  const networks::PointNetworkShape& shape = *weights.shape;
  const auto packed = networks::pack_point_network(weights);
  PointNetworkPlaces places;
  places.numbers.convolution_count = static_cast<std::int32_t>(shape.convolutions.size());
  for (std::size_t i = 0; i < shape.convolutions.size(); i++) {
    const networks::PointConvolution& layer = shape.convolutions[i];
    const networks::PackedConvolution& numbers = packed->convolutions[i];
    places.convolutions[i] = {image_.add(numbers.weights.span()), image_.add(numbers.bias.span())};
    places.numbers.convolutions[i] = {nullptr,
                                      nullptr,
                                      static_cast<std::int32_t>(layer.inputs),
                                      static_cast<std::int32_t>(layer.outputs),
                                      static_cast<std::int32_t>(layer.window / layer.stride),
                                      static_cast<std::int32_t>(layer.stride),
                                      static_cast<std::int32_t>(layer.width),
                                      static_cast<std::int32_t>(layer.height)};
  }
  for (std::size_t i = 0; i < shape.denses.size(); i++) {
    places.denses[i] = image_.add(packed->denses[i].weights.span());
    places.numbers.denses[i] = {nullptr,
                                static_cast<std::int32_t>(shape.denses[i].inputs),
                                static_cast<std::int32_t>(shape.denses[i].outputs),
                                static_cast<std::int32_t>(packed->denses[i].columns)};
  }
  return places;
}

DevicePointNetwork DeviceModels::point_network_at(const PointNetworkPlaces& places,
                                                  std::uintptr_t base) {
  DevicePointNetwork network = places.numbers;
  for (std::size_t i = 0; i < static_cast<std::size_t>(network.convolution_count); i++) {
    network.convolutions[i].weights = places.convolutions[i].weights.at(base);
    network.convolutions[i].bias = places.convolutions[i].bias.at(base);
  }
  for (std::size_t i = 0; i < places.denses.size(); i++) {
    network.denses[i].weights = places.denses[i].at(base);
  }
  return network;
}

DeviceModels::Shape DeviceModels::add_shape(const ShapeModelDescription& model) {
  using namespace kernels::gpu;
  check(model);
  Shape shape;
  std::vector<float> mean;
  std::vector<double> centered;
  double x = 0.0, y = 0.0;
  for (const Point p : model.mean_shape) {
    mean.insert(mean.end(), {p.x, p.y});
    x += double{p.x};
    y += double{p.y};
  }
  const auto count = static_cast<double>(model.mean_shape.size());
  for (const Point p : model.mean_shape) {
    const double dx = double{p.x} - x / count, dy = double{p.y} - y / count;
    centered.insert(centered.end(), {dx, dy});
    shape.numbers.squares += dx * dx + dy * dy;
  }
  shape.mean = image_.add(mean);
  shape.centered_mean = image_.add(centered);
  shape.numbers.cascade_count = static_cast<std::int32_t>(model.cascades.size());
  shape.numbers.depth = model.depth;
  shape.numbers.value_count = static_cast<std::int32_t>(mean.size());
  const bool is_f32 = model.leaf_type == landmarks::LeafType::F32;
  shape.numbers.leaf_numbers = is_f32 ? LeafNumbers::F32 : LeafNumbers::I16;
  std::vector<DeviceCascade> cascades(model.cascades.size());
  for (std::size_t i = 0; i < cascades.size(); i++) {
    const auto& source = model.cascades[i];
    cascades[i].feature_count = static_cast<std::int32_t>(source.features.size());
    cascades[i].tree_count = static_cast<std::int32_t>(model.tree_count(source));
    cascades[i].leaf_scale = landmarks::leaf_scale(leaves_of(model, source));
  }
  shape.cascades = image_.add(cascades);
  for (std::size_t i = 0; i < cascades.size(); i++) {
    const auto& source = model.cascades[i];
    std::vector<DeviceFeature> features;
    for (const auto& f : source.features) features.push_back({f.offset.x, f.offset.y, f.anchor});
    std::vector<DeviceTreeNode> nodes;
    for (const auto& s : source.splits) {
      nodes.push_back({s.feature_a, s.feature_b, s.threshold, 0});
    }
    image_.point(shape.cascades, i, offsetof(DeviceCascade, features), image_.add(features));
    image_.point(shape.cascades, i, offsetof(DeviceCascade, nodes), image_.add(nodes));
    const std::size_t leaves = offsetof(DeviceCascade, leaves);
    if (is_f32) {
      image_.point(shape.cascades, i, leaves, image_.add(source.leaves));
    } else {
      image_.point(shape.cascades,
                   i,
                   leaves,
                   image_.add(leaf_steps(leaves_of(model, source), cascades[i].leaf_scale)));
    }
  }
  return shape;
}

kernels::gpu::DeviceShapeModel DeviceModels::shape_at(const Shape& shape, std::uintptr_t base) {
  kernels::gpu::DeviceShapeModel model = shape.numbers;
  model.cascades = shape.cascades.at(base);
  model.mean = shape.mean.at(base);
  model.centered_mean = shape.centered_mean.at(base);
  return model;
}

ModelPointers DeviceModels::pointers(std::uintptr_t base) const {
  ModelPointers pointers{};
  pointers.half_weights = half_weights_.at(base);
  pointers.half_schedule_hopper = schedule_hopper_.at(base);
  pointers.half_schedule_ampere = schedule_ampere_.at(base);
  pointers.pixel_offset = input_offset_ / input_scale_;
  pointers.input_scale = input_scale_;
  pointers.input_offset = input_offset_;
  for (std::size_t i = 0; i < kF32Layers; i++) {
    pointers.f32[i] = {f32_[i].has_depthwise ? f32_[i].depthwise.at(base) : nullptr,
                       f32_[i].weights.at(base),
                       f32_[i].bias.at(base)};
  }
  pointers.boxes_16 = boxes_16_.at(base);
  pointers.boxes_8 = boxes_8_.at(base);
  pointers.eye_region = shape_at(eye_region_, base);
  pointers.eye_finder = point_network_at(eye_finder_, base);
  pointers.lid_finder = point_network_at(lid_finder_, base);
  pointers.one_eye = shape_at(one_eye_, base);
  pointers.presence = shape_at(presence_, base);
  pointers.face = shape_at(face_, base);
  pointers.mirrored_face_point = mirrored_face_point_.at(base);
  return pointers;
}

}  // namespace eyelid::gpu
