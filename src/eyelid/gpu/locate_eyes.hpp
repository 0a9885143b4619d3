// SPDX-License-Identifier: MIT
#pragma once

#include "eyelid/gpu/eye_geometry.hpp"
#include "eyelid/gpu/frame_records.hpp"
#include "eyelid/kernels/tree_ensemble/cuda_tree_ensemble.hpp"

namespace eyelid::gpu {

/// Frame and subject -> lid points and eye aspect ratio: landmarks::EyeLandmarker and
/// closure::eye_aspect_ratio. Patches, shapes and all steps between stay in shared memory.
struct LocateEyesArguments {
  const std::uint8_t* frames;
  std::size_t frame_bytes;
  std::int32_t row_bytes, width, height;
  const FaceRecord* faces;  // (frame_count, kMaxFaces)
  const std::int32_t* face_counts;
  const std::int32_t* subjects;               // (frame_count)
  kernels::gpu::DeviceShapeModel eye_region;  // 22 points
  kernels::gpu::DeviceShapeModel both_eyes;
  kernels::gpu::DeviceShapeModel one_eye;
  kernels::gpu::DeviceShapeModel face;
  const std::int32_t* mirrored_face_point;  // (68)
  std::int32_t wants_points;                // 68 points besides
  float not_a_number;
  FrameRecord* records;  // (frame_count)
  float* points;         // (frame_count, 136) in frame pixels; only when wanted
};

/// One block per frame.
struct LocateEyes {
  using Arguments = LocateEyesArguments;
  static constexpr int kThreads = 256;
  static constexpr int kBlocksPerProcessor = 3;

  struct Shared {
    kernels::gpu::TreeWork work;
    kernels::gpu::PatchCut cuts[2];
    Placement placements[2];
    kernels::gpu::PatchView patches[2];
    Point start[2];         // eye centres, right and left
    Point first_stage[12];  // after the both-eyes model
    Point eyes[12];
    Point once[12];        // after the one-eye model on the first patches
    Point kept_stage[12];  // first_stage and eyes of the first look, while there is a second
    Point kept_eyes[12];
    Rect box;
    std::int32_t is_placed;
  };
  static constexpr std::size_t kPixels = (sizeof(Shared) + 127) / 128 * 128;
  static constexpr int kEyePatchBytes = 96 * 56;
  static constexpr int kFacePatchBytes = 112 * 112;
  /// Two patches of eyes, or one or two of the face.
  static constexpr std::size_t shared_bytes(bool wants_points) {
    static_assert(2 * kEyePatchBytes <= kFacePatchBytes);
    return kPixels + static_cast<std::size_t>((wants_points ? 2 : 1) * kFacePatchBytes);
  }

  template <class Block>
  static EYELID_DEVICE void run(Block& block, const Arguments& a) {
    const auto frame = static_cast<std::size_t>(block.index());
    const FrameImage image{a.frames + frame * a.frame_bytes, a.row_bytes, a.width, a.height};
    Shared& shared = *block.template shared<Shared>();
    begin(block, a, frame, shared);
    const bool is_placed =
        block.read(shared.is_placed) != 0 && locate_pair(block, a, image, shared);
    if (is_placed) look_again(block, a, image, shared);
    const bool has_points =
        is_placed && a.wants_points != 0 && locate_face(block, a, image, frame, shared);
    finish(block, a, image, frame, shared, is_placed, has_points);
  }

 private:
  /// Everything that is true of a frame without located eyes.
  template <class Block>
  static EYELID_DEVICE void begin(Block& block,
                                  const Arguments& a,
                                  std::size_t frame,
                                  Shared& shared) {
    block.each_thread([&](int thread) {
      if (thread != 0) return;
      FrameRecord& record = a.records[frame];
      const std::int32_t subject = a.subjects[frame];
      record = {};
      record.face_count = a.face_counts[frame];
      record.subject = subject;
      record.ear_right = record.ear_left = a.not_a_number;
      shared.is_placed = subject >= 0 ? 1 : 0;
      if (subject < 0) return;
      const FaceRecord& face = a.faces[frame * kMaxFaces + static_cast<std::size_t>(subject)];
      record.face = face;
      shared.box = {face.x, face.y, face.width, face.height};
      shared.start[0] = {face.keypoints[0], face.keypoints[1]};
      shared.start[1] = {face.keypoints[2], face.keypoints[3]};
    });
  }

  /// Runs a model on kFaces patches at once; false when one cannot be placed. The points are in
  /// work.shape, normalised.
  template <int kFaces, class Block, class Place>
  static EYELID_DEVICE bool predict(Block& block,
                                    const kernels::gpu::DeviceShapeModel& model,
                                    const FrameImage& image,
                                    Shared& shared,
                                    Place place) {
    std::uint8_t* pixels = block.template shared<std::uint8_t>(kPixels);
    block.each_thread([&](int thread) {
      if (thread != 0) return;
      shared.is_placed = 1;
      for (int i = 0; i < kFaces; i++) {
        const Placement placement = place(i);
        shared.placements[i] = placement;
        if (!is_usable<Block>(placement)) {
          shared.is_placed = 0;
          continue;
        }
        shared.cuts[i] = plan_cut<Block>(image, placement);
        shared.patches[i] = {
            pixels + i * placement.width * placement.height, placement.width, placement.height};
      }
    });
    if (block.read(shared.is_placed) == 0) return false;
    block.each_thread([&](int thread) {
      for (int i = 0; i < kFaces; i++) {
        cut_patch(shared.cuts[i],
                  pixels + i * shared.cuts[i].width * shared.cuts[i].height,
                  thread,
                  kThreads);
      }
    });
    kernels::gpu::TreePrediction<kFaces, Block>(model, shared.patches, shared.work).run(block);
    return true;
  }

  static EYELID_DEVICE Point located(const Shared& shared, int face, int point) {
    const float* shape = shared.work.shape[face] + 2 * point;
    return frame_from_normalised(shared.placements[face], {shape[0], shape[1]});
  }

  /// Where point i of a mirrored left eye comes from: landmarks::kMirroredEyePoint.
  static EYELID_DEVICE int mirrored_eye_point(int i) { return i < 4 ? 3 - i : 9 - i; }

  /// The one-eye model on both eyes, on patches aligned on the corners in `from`; false when one
  /// cannot be placed.
  template <class Block>
  static EYELID_DEVICE bool locate_each(Block& block,
                                        const Arguments& a,
                                        const FrameImage& image,
                                        Shared& shared,
                                        const Point* from) {
    return predict<2>(block, a.one_eye, image, shared, [&](int eye) {
      return place_one_eye(from[6 * eye], from[6 * eye + 3], eye == 1);
    });
  }
  static EYELID_DEVICE Point located_lid(const Shared& shared, int i) {
    return i < 6 ? located(shared, 0, i) : located(shared, 1, mirrored_eye_point(i - 6));
  }

  /// From two eye centres: both-eyes model, then the one-eye model on two patches, the second
  /// aligned on the corners found on the first; the mean of the two.
  template <class Block>
  static EYELID_DEVICE bool locate_pair(Block& block,
                                        const Arguments& a,
                                        const FrameImage& image,
                                        Shared& shared) {
    const bool has_both = predict<1>(block, a.both_eyes, image, shared, [&](int) {
      return place_both_eyes(shared.start[0], shared.start[1]);
    });
    if (!has_both) return false;
    block.each_thread([&](int thread) {
      if (thread < 12) shared.first_stage[thread] = located(shared, 0, thread);
    });
    EYELID_KEEP_LOOP
    for (int pass = 0; pass < 2; pass++) {
      if (!locate_each(block, a, image, shared, pass == 0 ? shared.first_stage : shared.once)) {
        return false;
      }
      block.each_thread([&](int thread) {
        if (thread >= 12) return;
        const Point lid = located_lid(shared, thread);
        if (pass == 1) shared.eyes[thread] = (shared.once[thread] + lid) * 0.5f;
        if (pass == 0) shared.once[thread] = lid;
      });
    }
    return true;
  }

  /// An eye that looks shut may be the rim of glasses: a second look, from brows and lids in the
  /// box. What it finds replaces an eye where it is open, and elsewhere.
  template <class Block>
  static EYELID_DEVICE void look_again(Block& block,
                                       const Arguments& a,
                                       const FrameImage& image,
                                       Shared& shared) {
    block.each_thread([&](int thread) {
      if (thread < 12) {
        shared.kept_stage[thread] = shared.first_stage[thread];
        shared.kept_eyes[thread] = shared.eyes[thread];
      }
      if (thread == 0) {
        shared.is_placed = opening_of<Block>(shared.eyes) < kLooksShut ||
                                   opening_of<Block>(shared.eyes + 6) < kLooksShut
                               ? 1
                               : 0;
      }
    });
    if (block.read(shared.is_placed) == 0) return;
    bool is_found = predict<1>(block, a.eye_region, image, shared, [&](int) {
      return place_box<Block>(shared.box, shared.start[1] - shared.start[0]);
    });
    if (is_found) {
      block.each_thread([&](int thread) {
        if (thread != 0) return;
        Point right, left;
        for (int i = 10; i < 16; i++) {  // the ten points before are the brows
          right = right + located(shared, 0, i) * (1.0f / 6.0f);
          left = left + located(shared, 0, i + 6) * (1.0f / 6.0f);
        }
        shared.start[0] = right;
        shared.start[1] = left;
      });
      is_found = locate_pair(block, a, image, shared);
    }
    block.each_thread([&](int thread) {
      if (thread != 0) return;
      const bool is_useful = is_found && is_plausible_pair<Block>(shared.eyes, image);
      for (int eye = 0; eye < 12; eye += 6) {
        if (is_useful && is_better<Block>(shared.kept_eyes + eye, shared.eyes + eye)) continue;
        for (int i = eye; i < eye + 6; i++) {
          shared.first_stage[i] = shared.kept_stage[i];
          shared.eyes[i] = shared.kept_eyes[i];
        }
      }
    });
  }

  /// The 68 points: the mean of the face and of its mirror image; lid points are `eyes`.
  template <class Block>
  static EYELID_DEVICE bool locate_face(Block& block,
                                        const Arguments& a,
                                        const FrameImage& image,
                                        std::size_t frame,
                                        Shared& shared) {
    const bool is_placed = predict<2>(block, a.face, image, shared, [&](int face) {
      Placement placement = place_face(center_of(shared.eyes), center_of(shared.eyes + 6));
      placement.is_mirrored = face;
      return placement;
    });
    if (!is_placed) return false;
    float* points = a.points + frame * 136;
    block.each_thread([&](int thread) {
      for (int i = thread; i < 68; i += kThreads) {
        const Point mean =
            (located(shared, 0, i) + located(shared, 1, a.mirrored_face_point[i])) * 0.5f;
        const Point point = i >= 36 && i < 48 ? shared.eyes[i - 36] : mean;
        points[2 * i] = point.x;
        points[2 * i + 1] = point.y;
      }
    });
    return true;
  }

  template <class Block>
  static EYELID_DEVICE void finish(Block& block,
                                   const Arguments& a,
                                   const FrameImage& image,
                                   std::size_t frame,
                                   Shared& shared,
                                   bool is_placed,
                                   bool has_points) {
    block.each_thread([&](int thread) {
      if (thread != 0 || !is_placed) return;
      FrameRecord& record = a.records[frame];
      for (int i = 0; i < 12; i++) {
        record.eyes[2 * i] = shared.eyes[i].x;
        record.eyes[2 * i + 1] = shared.eyes[i].y;
      }
      record.has_points = has_points ? 1 : 0;
      if (a.wants_points != 0 && !has_points) return;
      if (!is_plausible_pair<Block>(shared.eyes, image) ||
          !fits_box<Block>(shared.eyes, shared.box) ||
          !do_stages_agree<Block>(shared.first_stage, shared.eyes)) {
        return;
      }
      record.is_trustworthy = 1;
      record.ear_right = aspect_ratio<Block>(shared.eyes, a.not_a_number);
      record.ear_left = aspect_ratio<Block>(shared.eyes + 6, a.not_a_number);
    });
  }
};

}  // namespace eyelid::gpu
