// SPDX-License-Identifier: MIT
#pragma once

#include "eyelid/gpu/device_point_network.hpp"
#include "eyelid/gpu/frame_records.hpp"
#include "eyelid/kernels/tree_ensemble/cuda_tree_ensemble.hpp"

namespace eyelid::gpu {

/// Frame and subject -> lid points and eye aspect ratio: what pipeline::FrameMeasurer does, by the
/// rules of landmarks/.
/// Patches, shapes, and all steps between stay in shared memory, except the maps of the networks.
struct LocateEyesArguments {
  const std::uint8_t* frames;
  std::size_t frame_bytes;
  std::int32_t row_bytes, width, height;
  std::int32_t frame_count;
  std::int32_t detect_every;        // frames of a group; the first starts from its subject
  const FaceRecord* faces;          // (frame_count, kMaxFaces)
  const std::int32_t* face_counts;  // (frame_count)
  const std::int32_t* subjects;     // (frame_count)
  kernels::gpu::DeviceShapeModel eye_region;  // 22 points
  DevicePointNetwork eye_finder;
  DevicePointNetwork lid_finder;
  float* network_maps;  // kPointNetworkScratch numbers for every block
  kernels::gpu::DeviceShapeModel one_eye;
  kernels::gpu::DeviceShapeModel presence;  // no cascades: every place counts as an eye
  kernels::gpu::DeviceShapeModel face;
  const std::int32_t* mirrored_face_point;  // (68)
  std::int32_t wants_points;                // 68 points besides
  FrameRecord* records;                     // (frame_count)
  FaceLandmarks* points;                    // (frame_count) in frame pixels; only when wanted
};

}  // namespace eyelid::gpu
