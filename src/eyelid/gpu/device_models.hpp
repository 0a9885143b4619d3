// SPDX-License-Identifier: MIT
#pragma once

#include <array>

#include "eyelid/gpu/device_image.hpp"
#include "eyelid/gpu/device_point_network.hpp"
#include "eyelid/kernels/gpu/block.hpp"
#include "eyelid/kernels/tree_ensemble/cuda_tree_ensemble.hpp"
#include "eyelid/landmarks/shape_model_description.hpp"
#include "eyelid/networks/blazeface_weights.hpp"

namespace eyelid::gpu {

/// Weights of one layer of the single-precision network; see BlazeF32Arguments.
struct F32LayerPointers {
  const float* depthwise = nullptr;
  const float* weights = nullptr;
  const float* bias = nullptr;
};
/// Stem, 16 blocks, scores of the 16x16 and of the 8x8 map.
inline constexpr std::size_t kF32Layers = 19;

/// Everything the kernels read of the models, as addresses on a device.
struct ModelPointers {
  const kernels::gpu::Half4* half_weights;
  const kernels::gpu::Half4* half_schedule_hopper;
  const kernels::gpu::Half4* half_schedule_ampere;
  float pixel_offset;  // input offset / input scale
  std::array<F32LayerPointers, kF32Layers> f32;
  float input_scale, input_offset;
  const float* boxes_16;
  const float* boxes_8;
  DevicePointNetwork eye_finder, lid_finder;
  kernels::gpu::DeviceShapeModel eye_region, one_eye, presence, face;
  const std::int32_t* mirrored_face_point;
};

/// The models in the order the GPU reads them. Immutable; one for all devices.
class DeviceModels {
 public:
  /// Shape models of 22, 6, 68 and (landmarks/eye_presence.hpp) 1 point; half-precision leaves
  /// become integers as in ShapeModel. Throws InputError when one is larger than the kernels allow
  /// (1024 features, 4096 trees per cascade, 68 points).
  DeviceModels(const networks::BlazeFaceWeights& detector,
               const networks::PointNetworkWeights& eye_finder,
               const networks::PointNetworkWeights& lid_finder,
               const landmarks::ShapeModelDescription& eye_region,
               const landmarks::ShapeModelDescription& one_eye,
               const landmarks::ShapeModelDescription& face,
               const landmarks::ShapeModelDescription& presence);

  std::size_t size() const { return image_.size(); }
  std::vector<std::byte> bytes_at(std::uintptr_t base) const { return image_.bytes_at(base); }
  ModelPointers pointers(std::uintptr_t base) const;

 private:
  struct F32Layer {
    DeviceImage::Place<float> depthwise, weights, bias;
    bool has_depthwise = false;
  };
  struct Shape {
    DeviceImage::Place<kernels::gpu::DeviceCascade> cascades;
    DeviceImage::Place<float> mean;
    DeviceImage::Place<double> centered_mean;
    kernels::gpu::DeviceShapeModel numbers{};  // without the pointers
  };
  struct PointNetworkPlaces {
    struct Layer {
      DeviceImage::Place<float> weights, bias;
    };
    std::array<Layer, networks::kMostPointConvolutions> convolutions;
    std::array<DeviceImage::Place<float>, 2> denses;
    DevicePointNetwork numbers{};  // without the pointers
  };
  void add_f32(const networks::BlazeFaceWeights& detector);
  F32Layer add_f32_layer(const networks::ConvolutionWeights& layer, std::size_t inputs);
  PointNetworkPlaces add_point_network(const networks::PointNetworkWeights& weights);
  static DevicePointNetwork point_network_at(const PointNetworkPlaces& places, std::uintptr_t base);
  Shape add_shape(const landmarks::ShapeModelDescription& model);
  static kernels::gpu::DeviceShapeModel shape_at(const Shape& shape, std::uintptr_t base);

  DeviceImage image_;
  DeviceImage::Place<kernels::gpu::Half4> half_weights_, schedule_hopper_, schedule_ampere_;
  std::array<F32Layer, kF32Layers> f32_;
  float input_scale_ = 1.0f, input_offset_ = 0.0f;
  DeviceImage::Place<float> boxes_16_, boxes_8_;
  PointNetworkPlaces eye_finder_, lid_finder_;
  Shape eye_region_, one_eye_, presence_, face_;
  DeviceImage::Place<std::int32_t> mirrored_face_point_;
};

/// The weights as kernels::gpu::half_weights() lays them out: half precision, in the order of the
/// matrix instruction's fragments.
std::vector<kernels::gpu::Half4> pack_blazeface_half(const networks::BlazeFaceWeights& detector);

}  // namespace eyelid::gpu
