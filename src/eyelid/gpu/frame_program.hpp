// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>

#include "eyelid/gpu/device_models.hpp"
#include "eyelid/gpu/find_faces.hpp"
#include "eyelid/gpu/frame_plan.hpp"
#include "eyelid/gpu/locate_eyes.hpp"
#include "eyelid/gpu/select_subjects.hpp"
#include "eyelid/kernels/blazeface/cuda_f32.hpp"
#include "eyelid/kernels/blazeface/cuda_half.hpp"
#include "eyelid/kernels/resize_gray/cuda_letterbox.hpp"

/// Which kernels run on a batch of frames, in which order, with which arguments: the same code for
/// the GPU and for its emulation. `Launch` offers run<Kernel>(arguments, blocks, shared_bytes).
namespace eyelid::gpu {

/// What does not change from batch to batch.
struct FrameProgram {
  ModelPointers models;
  FramePlan plan;
  PlanPointers tables;
  MeasureOptions options;
  int processors;  // multiprocessors of the device
  bool is_hopper;  // 227 KB of shared memory a block, else at least 163 KB
};

/// Device memory of one batch; see buffer_layout.
struct BatchBuffers {
  std::uint8_t* frames;
  std::uint8_t* inputs;
  float* logits;
  void* features_16;
  void* features_8;
  float* map[2];  // single precision only
  std::uint16_t* handover;
  unsigned* arrivals;
  FaceRecord* faces;
  std::int32_t* face_counts;
  std::int32_t* subjects;
  float* network_maps;
  FrameRecord* records;
  FaceLandmarks* points;
};

/// Up to this many images are spread over several blocks each.
inline bool spreads_images(const FrameProgram& program, int image_count) {
  return image_count * 2 * kernels::gpu::kHalfParts <= program.processors;
}

/// Groups of frames whose eyes are located by a block, or spread over a cluster of blocks.
inline int eye_groups(const FrameProgram& program, int frames) {
  return (frames + program.options.detect_every - 1) / program.options.detect_every;
}
inline bool spreads_eyes(const FrameProgram& program, int frames) {
  return program.is_hopper &&
         eye_groups(program, frames) * 2 * LocateEyesSpread::kCluster <= program.processors;
}
/// The most blocks that LocateEyes or LocateEyesSpread runs on up to this many frames.
inline std::size_t eye_blocks(const FrameProgram& program, int frames) {
  const int groups = eye_groups(program, frames);
  // Few groups are spread over clusters, which fill half of the processors at most.
  const int spread = std::min(groups * LocateEyesSpread::kCluster, program.processors / 2);
  return static_cast<std::size_t>(program.is_hopper ? std::max(groups, spread) : groups);
}

/// Calls take(field, bytes) for every buffer of a batch: one list for sizes and addresses.
template <class Take>
void for_each_buffer(BatchBuffers& b, const FrameProgram& program, int frames, Take take) {
  const auto count = static_cast<std::size_t>(frames);
  const bool is_half = program.options.precision == Precision::F16;
  const std::size_t number = is_half ? 2 : 4;
  const auto take_as = [&](auto*& pointer, std::size_t bytes) {
    pointer = static_cast<std::remove_reference_t<decltype(pointer)>>(take(bytes));
  };
  take_as(b.frames, count * program.plan.frame_bytes);
  take_as(b.inputs, count * 128 * 128);
  take_as(b.logits, count * 896 * sizeof(float));
  b.features_16 = take(count * 256 * 88 * number);
  b.features_8 = take(count * 64 * 96 * number);
  take_as(b.map[0], is_half ? 0 : count * 64 * 64 * 28 * sizeof(float));
  take_as(b.map[1], is_half ? 0 : count * 64 * 64 * 28 * sizeof(float));
  take_as(b.handover, is_half ? count * 256 * 48 * sizeof(std::uint16_t) : 0);
  take_as(b.arrivals, count * sizeof(unsigned));
  take_as(b.faces, count * kMaxFaces * sizeof(FaceRecord));
  take_as(b.face_counts, count * sizeof(std::int32_t));
  take_as(b.subjects, count * sizeof(std::int32_t));
  take_as(b.network_maps, eye_blocks(program, frames) * kPointNetworkScratch * sizeof(float));
  take_as(b.records, count * sizeof(FrameRecord));
  take_as(b.points, program.options.wants_points ? count * sizeof(FaceLandmarks) : 0);
}

/// Bytes of one batch, each buffer aligned to 256.
inline std::size_t buffer_bytes(const FrameProgram& program, int frames) {
  BatchBuffers unused{};
  std::size_t size = 0;
  for_each_buffer(unused, program, frames, [&](std::size_t bytes) -> void* {
    size += (bytes + 255) / 256 * 256;
    return nullptr;
  });
  return size;
}

/// The buffers at `base`. `arrivals` must be zeroed once.
inline BatchBuffers buffers_at(const FrameProgram& program, int frames, void* base) {
  BatchBuffers buffers{};
  auto* next = static_cast<std::byte*>(base);
  for_each_buffer(buffers, program, frames, [&](std::size_t bytes) -> void* {
    std::byte* address = next;
    next += (bytes + 255) / 256 * 256;
    return address;
  });
  return buffers;
}

template <class Launch>
void enqueue_letterbox(Launch& launch, const FrameProgram& p, const BatchBuffers& b, int frames) {
  using kernels::gpu::Letterbox;
  const kernels::gpu::LetterboxArguments arguments{b.frames,
                                                   p.plan.frame_bytes,
                                                   p.plan.row_bytes,
                                                   p.plan.width,
                                                   frames,
                                                   128,
                                                   p.tables.row_taps,
                                                   p.tables.column_taps,
                                                   p.tables.weights,
                                                   b.inputs};
  launch.template run<Letterbox>(
      arguments, frames * 128 / Letterbox::kRows, Letterbox::shared_bytes(p.plan.row_bytes));
}

template <class Launch>
void enqueue_f32_network(Launch& launch, const FrameProgram& p, const BatchBuffers& b, int images) {
  using kernels::gpu::BlazeF32;
  using kernels::gpu::BlazeF32Kind;
  constexpr std::size_t kMap = 64 * 64 * 28;
  const auto run = [&](const kernels::gpu::BlazeF32Arguments& arguments) {
    launch.template run<BlazeF32>(arguments,
                                  images * arguments.width * arguments.width / BlazeF32::kPixels,
                                  BlazeF32::kSharedBytes);
  };
  const auto layer =
      [&](BlazeF32Kind kind, std::size_t i, int inputs, int outputs, int stride, int width) {
        kernels::gpu::BlazeF32Arguments a{};
        a.kind = kind;
        a.image_count = images;
        a.inputs = inputs;
        a.outputs = outputs;
        a.stride = stride;
        a.width = width;
        a.pictures = b.inputs;
        a.scale = p.models.input_scale;
        a.offset = p.models.input_offset;
        a.depthwise = p.models.f32[i].depthwise;
        a.weights = p.models.f32[i].weights;
        a.bias = p.models.f32[i].bias;
        return a;
      };
  // The last map of each size goes to `features`, all others to and fro between two buffers.
  const float* input = nullptr;
  std::size_t input_image = kMap;
  int width = 64;
  for (std::size_t i = 0; i <= networks::kBlazeFaceBlocks.size(); i++) {
    const auto shape =
        i == 0 ? networks::BlazeFaceBlockShape{25, 24, 2} : networks::kBlazeFaceBlocks[i - 1];
    if (i > 0) width /= shape.stride;
    auto a = layer(i == 0 ? BlazeF32Kind::Stem : BlazeF32Kind::Block,
                   i,
                   shape.inputs,
                   shape.outputs,
                   shape.stride,
                   width);
    a.input = input;
    a.input_image = input_image;
    a.output = i == 11   ? static_cast<float*>(b.features_16)
               : i == 16 ? static_cast<float*>(b.features_8)
                         : b.map[i % 2];
    a.output_image = i == 11 ? 256 * 88 : i == 16 ? 64 * 96 : kMap;
    run(a);
    input = a.output;
    input_image = a.output_image;
  }
  auto scores = layer(BlazeF32Kind::Head, 17, 88, 2, 1, 16);
  scores.input = static_cast<const float*>(b.features_16);
  scores.input_image = 256 * 88;
  scores.output = b.logits;
  scores.output_image = 896;
  run(scores);
  scores = layer(BlazeF32Kind::Head, 18, 96, 6, 1, 8);
  scores.input = static_cast<const float*>(b.features_8);
  scores.input_image = 64 * 96;
  scores.output = b.logits + 512;
  scores.output_image = 896;
  run(scores);
}

/// Inputs of 128x128 -> scores and feature maps.
template <class Launch>
void enqueue_network(Launch& launch, const FrameProgram& p, const BatchBuffers& b, int images) {
  if (p.options.precision == Precision::F32) {
    enqueue_f32_network(launch, p, b, images);
    return;
  }
  const int parts = spreads_images(p, images) ? kernels::gpu::kHalfParts : 1;
  const kernels::gpu::BlazeHalfArguments arguments{
      b.inputs,
      images,
      parts,
      p.models.half_weights,
      p.is_hopper ? p.models.half_schedule_hopper : p.models.half_schedule_ampere,
      p.models.pixel_offset,
      b.logits,
      static_cast<std::uint16_t*>(b.features_16),
      static_cast<std::uint16_t*>(b.features_8),
      b.handover,
      b.arrivals};
  const int blocks = std::min(images * parts, p.processors);
  if (p.is_hopper) {
    using Kernel = kernels::gpu::BlazeHalfHopper;
    launch.template run<Kernel>(arguments, blocks, Kernel::kSharedBytes);
  } else {
    using Kernel = kernels::gpu::BlazeHalfAmpere;
    launch.template run<Kernel>(arguments, blocks, Kernel::kSharedBytes);
  }
}

template <class Launch>
void enqueue_find_faces(Launch& launch, const FrameProgram& p, const BatchBuffers& b, int frames) {
  const FindFacesArguments arguments{b.logits,
                                     b.features_16,
                                     b.features_8,
                                     p.options.precision == Precision::F16 ? 1 : 0,
                                     p.models.boxes_16,
                                     p.models.boxes_8,
                                     p.options.logit_threshold,
                                     p.options.suppression_iou,
                                     p.plan.placement,
                                     b.faces,
                                     b.face_counts};
  launch.template run<FindFaces>(arguments, frames, FindFaces::kSharedBytes);
}

/// Frames -> faces. Independent of every other batch.
template <class Launch>
void enqueue_detection(Launch& launch, const FrameProgram& p, const BatchBuffers& b, int frames) {
  enqueue_letterbox(launch, p, b, frames);
  enqueue_network(launch, p, b, frames);
  enqueue_find_faces(launch, p, b, frames);
}

/// Faces -> subjects. In the order of the batches.
template <class Launch>
void enqueue_selection(Launch& launch,
                       const FrameProgram& p,
                       const BatchBuffers& b,
                       int frames,
                       detection::SubjectMemory* memory) {
  launch.template run<SelectSubjects>(
      SelectSubjectsArguments{
          b.faces, b.face_counts, frames, p.options.detect_every, memory, b.subjects},
      1,
      SelectSubjects::kSharedBytes);
}

/// Subjects -> lid points and eye aspect ratios.
template <class Launch>
void enqueue_eyes(Launch& launch, const FrameProgram& p, const BatchBuffers& b, int frames) {
  const LocateEyesArguments arguments{b.frames,
                                      p.plan.frame_bytes,
                                      p.plan.row_bytes,
                                      p.plan.width,
                                      p.plan.height,
                                      frames,
                                      p.options.detect_every,
                                      b.faces,
                                      b.face_counts,
                                      b.subjects,
                                      p.models.eye_region,
                                      p.models.eye_finder,
                                      p.models.lid_finder,
                                      b.network_maps,
                                      p.models.one_eye,
                                      p.models.presence,
                                      p.models.face,
                                      p.models.mirrored_face_point,
                                      p.options.wants_points ? 1 : 0,
                                      b.records,
                                      b.points};
  const int groups = eye_groups(p, frames);
  const auto run = [&]<class Kernel>(Kernel) {
    launch.template run<Kernel>(
        arguments, groups * Kernel::kCluster, Kernel::shared_bytes(p.options.wants_points));
  };
  if (spreads_eyes(p, frames)) {
    run(LocateEyesSpread{});
  } else {
    run(LocateEyes{});
  }
}

}  // namespace eyelid::gpu
