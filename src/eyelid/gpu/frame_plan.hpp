// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "eyelid/compute/precision.hpp"
#include "eyelid/detection/weighted_suppression.hpp"
#include "eyelid/gpu/device_image.hpp"
#include "eyelid/kernels/resize_gray/cuda_letterbox.hpp"

namespace eyelid::gpu {

using compute::Precision;

/// What is asked of a device.
struct MeasureOptions {
  Precision precision = Precision::F32;
  float logit_threshold = 0.0f;
  float suppression_iou = detection::kSuppressionIou;
  bool wants_points = false;  // 68 points besides the lids
  int detect_every = 1;  // frames from one subject chosen to the next; landmarks follow between
};

/// Frames of one size: their place in memory, and the weights that make detector inputs of them.
struct FramePlan {
  int width = 0;
  int height = 0;
  int row_bytes = 0;  // from row to row; a multiple of 16
  std::size_t frame_bytes = 0;
  detection::InputPlacement placement;
  DeviceImage image;
  DeviceImage::Place<kernels::gpu::LetterboxTaps> row_taps, column_taps;
  DeviceImage::Place<std::int16_t> weights;
};

struct PlanPointers {
  const kernels::gpu::LetterboxTaps* row_taps = nullptr;
  const kernels::gpu::LetterboxTaps* column_taps = nullptr;
  const std::int16_t* weights = nullptr;
};

/// Widest frame the kernels take: four of its rows lie in shared memory as 16-bit numbers.
inline constexpr int kWidestFrame_px = 16384;

/// Throws InputError for frames wider than that.
FramePlan plan_frames(int width, int height);
PlanPointers plan_pointers(const FramePlan& plan, std::uintptr_t base);

}  // namespace eyelid::gpu
