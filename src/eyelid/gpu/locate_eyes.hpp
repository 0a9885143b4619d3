// SPDX-License-Identifier: MIT
#pragma once

#include "eyelid/gpu/eye_geometry.hpp"
#include "eyelid/gpu/locate_eyes_arguments.hpp"
#include "eyelid/gpu/select_subjects.hpp"
#include "eyelid/kernels/tree_ensemble/cuda_tree_ensemble.hpp"

namespace eyelid::gpu {

/// A group of frames per block, or per cluster of kParts blocks that share out the trees: few
/// frames are then done sooner.
template <int kParts>
struct LocateEyesIn {
  using Arguments = LocateEyesArguments;
  static constexpr int kCluster = kParts;
  static constexpr int kThreads = 256;
  static constexpr int kBlocksPerProcessor = kParts == 1 ? 4 : 1;

  struct Shared {
    kernels::gpu::TreeWork work;
    kernels::gpu::PatchCut cuts[2];
    Placement placements[2];
    kernels::gpu::PatchView patches[2];
    Point start[2];         // eye centers, right and left
    Point first_stage[12];  // after the both-eyes model
    Point eyes[12];
    Point once[12];        // after the one-eye model on the first patches
    Point kept_stage[12];  // first_stage and eyes of the first look, while there is a second
    Point kept_eyes[12];
    FaceRecord face;  // where this frame's eyes are looked for
    std::int32_t subject;
    std::int32_t is_placed;
    std::int32_t is_trustworthy;
    // Of the frame before, in the same group.
    FaceRecord last_face;
    Point last_eyes[12];
    std::int32_t last_subject;
    std::int32_t last_is_trustworthy;
    std::int32_t follows;  // the frame's eyes were found by following
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
    Shared& shared = *block.template shared<Shared>();
    const int first = block.index() / kParts * a.detect_every;
    int exchanges = 0;
    EYELID_KEEP_LOOP
    for (int i = 0; i < a.detect_every && first + i < a.frame_count; i++) {
      const auto frame = static_cast<std::size_t>(first + i);
      // Twice at most: carried from the frame before, then detected.
      EYELID_KEEP_LOOP
      for (int pass = i == 0 ? 1 : 0; pass < 2; pass++) {
        block.each_thread([&](int thread) {
          if (thread != 0) return;
          if (pass == 0) carry<Block>(shared);
          if (pass == 1) take_detected<Block>(a, frame, i, shared);
        });
        if (pass == 0 && block.read(shared.subject) < 0) continue;
        measure(block, a, frame, shared, exchanges);
        if (pass == 0 && block.read(shared.follows) != 0) break;
      }
      block.each_thread([&](int thread) {
        if (thread != 0) return;
        shared.last_face = shared.face;
        shared.last_subject = shared.subject;
        shared.last_is_trustworthy = shared.is_trustworthy;
        for (int k = 0; k < 12; k++) shared.last_eyes[k] = shared.eyes[k];
      });
    }
    // Nobody's shared memory may go while another block reads it.
    if constexpr (kParts > 1) block.sync_cluster();
  }

 private:
  /// The face of the frame before where its landmarks say; no subject where they are not trusted.
  template <class Block>
  static EYELID_DEVICE void carry(Shared& shared) {
    shared.subject = shared.last_is_trustworthy != 0 ? kCarriedFace : -1;
    if (shared.subject >= 0) {
      shared.face = carried_face<Block>(shared.last_face, shared.last_eyes);
    }
  }

  /// The subject of the first frame of a group; in others the face nearest to the last one.
  template <class Block>
  static EYELID_DEVICE void take_detected(const Arguments& a,
                                          std::size_t frame,
                                          int in_group,
                                          Shared& shared) {
    const FaceRecord* faces = a.faces + frame * kMaxFaces;
    const std::int32_t count = a.face_counts[frame];
    if (in_group == 0) {
      shared.subject = a.subjects[frame];
    } else if (count == 0) {
      shared.subject = -1;
    } else {
      const FaceRecord& last = shared.last_face;
      shared.subject = choose_face<Block>(
          faces,
          count,
          {last.x, last.y, last.width, last.height, shared.last_subject >= 0 ? 1 : 0, 0});
    }
    if (shared.subject >= 0) shared.face = faces[shared.subject];
  }

  /// From shared.face (shared.subject: whether there is one) to the record of the frame.
  template <class Block>
  static EYELID_DEVICE void measure(
      Block& block, const Arguments& a, std::size_t frame, Shared& shared, int& exchanges) {
    const FrameImage image{a.frames + frame * a.frame_bytes, a.row_bytes, a.width, a.height};
    begin(block, shared);
    const bool has_face = block.read(shared.is_placed) != 0;
    const bool has_keypoints = shared.face.has_keypoints != 0;
    bool is_placed = false;
    // An eye that looks shut from keypoints is looked for a second time, from the box.
    EYELID_KEEP_LOOP
    for (int look = 0; has_face && look < 2; look++) {
      if (look == 1 && !needs_second_look(block, shared)) break;
      const Point eye_line = has_keypoints ? shared.start[1] - shared.start[0] : Point{1.0f, 0.0f};
      const bool has_start = (look == 0 && has_keypoints) ||
                             start_from_box(block, a, image, shared, eye_line, exchanges);
      const bool is_found = has_start && locate_pair(block, a, image, shared, look, exchanges);
      if (look == 1) correct(block, image, shared, is_found);
      if (look == 0) is_placed = is_found;
      if (!is_placed || !has_keypoints) break;
    }
    const bool has_points =
        is_placed && a.wants_points != 0 && locate_face(block, a, image, frame, shared, exchanges);
    finish(block, a, image, frame, shared, is_placed, has_points);
  }

  template <class Block>
  static EYELID_DEVICE void begin(Block& block, Shared& shared) {
    block.each_thread([&](int thread) {
      if (thread < 12) shared.eyes[thread] = {};
      if (thread != 0) return;
      shared.is_trustworthy = 0;
      shared.is_placed = shared.subject >= 0 ? 1 : 0;
      shared.start[0] = {shared.face.keypoints[0], shared.face.keypoints[1]};
      shared.start[1] = {shared.face.keypoints[2], shared.face.keypoints[3]};
    });
  }

  /// Runs a model on kFaces patches at once; false when one cannot be placed. The points are in
  /// work.shape, normalized.
  template <int kFaces, class Block, class Place>
  static EYELID_DEVICE bool predict(Block& block,
                                    const kernels::gpu::DeviceShapeModel& model,
                                    const FrameImage& image,
                                    Shared& shared,
                                    int& exchanges,
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
    kernels::gpu::TreePrediction<kFaces, kParts, Block>(
        model, shared.patches, shared.work, exchanges)
        .run(block);
    return true;
  }

  static EYELID_DEVICE Point located(const Shared& shared, int face, int point) {
    const float* shape = shared.work.shape[face] + 2 * point;
    return frame_from_normalized(shared.placements[face], {shape[0], shape[1]});
  }

  /// The one-eye model on both eyes, on patches aligned on the corners in `from`; false when one
  /// cannot be placed.
  template <class Block>
  static EYELID_DEVICE bool locate_each(Block& block,
                                        const Arguments& a,
                                        const FrameImage& image,
                                        Shared& shared,
                                        int& exchanges,
                                        const Point* from) {
    return predict<2>(block, a.one_eye, image, shared, exchanges, [&](int eye) {
      return place_one_eye(from[6 * eye], from[6 * eye + 3], eye == 1);
    });
  }
  static EYELID_DEVICE Point located_lid(const Shared& shared, int i) {
    return i < 6 ? located(shared, 0, i) : located(shared, 1, mirrored_eye_point(i - 6));
  }

  /// From two eye centers: both-eyes model, then the one-eye model on two patches, the second
  /// aligned on the corners found on the first; the mean of the two. A second look ends where it
  /// finds the shut eyes in their place.
  template <class Block>
  static EYELID_DEVICE bool locate_pair(Block& block,
                                        const Arguments& a,
                                        const FrameImage& image,
                                        Shared& shared,
                                        int look,
                                        int& exchanges) {
    const bool has_both = predict<1>(block, a.both_eyes, image, shared, exchanges, [&](int) {
      return place_both_eyes(shared.start[0], shared.start[1]);
    });
    if (!has_both) return false;
    block.each_thread([&](int thread) {
      if (thread < 12) shared.first_stage[thread] = located(shared, 0, thread);
    });
    if (look == 1) {
      block.each_thread([&](int thread) {
        if (thread != 0) return;
        shared.is_placed = may_correct<Block>(shared.kept_eyes, shared.first_stage) ? 1 : 0;
      });
      if (block.read(shared.is_placed) == 0) return false;
    }
    EYELID_KEEP_LOOP
    for (int pass = 0; pass < 2; pass++) {
      const Point* from = pass == 0 ? shared.first_stage : shared.once;
      if (!locate_each(block, a, image, shared, exchanges, from)) return false;
      block.each_thread([&](int thread) {
        if (thread >= 12) return;
        const Point lid = located_lid(shared, thread);
        if (pass == 1) shared.eyes[thread] = (shared.once[thread] + lid) * 0.5f;
        if (pass == 0) shared.once[thread] = lid;
      });
    }
    return true;
  }

  /// Eye centers by brows and lids in the box, which is turned as `eye_line`; false when the box
  /// cannot be placed.
  template <class Block>
  static EYELID_DEVICE bool start_from_box(Block& block,
                                           const Arguments& a,
                                           const FrameImage& image,
                                           Shared& shared,
                                           Point eye_line,
                                           int& exchanges) {
    const bool is_found = predict<1>(block, a.eye_region, image, shared, exchanges, [&](int) {
      const FaceRecord& face = shared.face;
      return place_box<Block>({face.x, face.y, face.width, face.height}, eye_line);
    });
    if (!is_found) return false;
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
    return true;
  }

  /// An eye that looks shut may be the rim of glasses. Keeps what was found.
  template <class Block>
  static EYELID_DEVICE bool needs_second_look(Block& block, Shared& shared) {
    block.each_thread([&](int thread) {
      if (thread < 12) {
        shared.kept_stage[thread] = shared.first_stage[thread];
        shared.kept_eyes[thread] = shared.eyes[thread];
      }
      if (thread == 0) shared.is_placed = looks_shut<Block>(shared.eyes) ? 1 : 0;
    });
    return block.read(shared.is_placed) != 0;
  }

  /// What the second look found replaces an eye where it is open, and elsewhere.
  template <class Block>
  static EYELID_DEVICE void correct(Block& block,
                                    const FrameImage& image,
                                    Shared& shared,
                                    bool is_found) {
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
                                        Shared& shared,
                                        int& exchanges) {
    const bool is_placed = predict<2>(block, a.face, image, shared, exchanges, [&](int face) {
      Placement placement = place_face(center_of(shared.eyes), center_of(shared.eyes + 6));
      placement.is_mirrored = face;
      return placement;
    });
    if (!is_placed) return false;
    float* points = a.points + frame * 136;
    block.each_thread([&](int thread) {
      if (!is_writing_block(block)) return;
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
      if (thread != 0) return;
      const FaceRecord& face = shared.face;
      shared.is_trustworthy =
          is_placed && (a.wants_points == 0 || has_points) &&
                  is_plausible_pair<Block>(shared.eyes, image) &&
                  fits_box<Block>(shared.eyes, {face.x, face.y, face.width, face.height}) &&
                  do_stages_agree<Block>(shared.first_stage, shared.eyes)
              ? 1
              : 0;
      shared.follows =
          shared.is_trustworthy != 0 && !has_jumped<Block>(shared.last_eyes, shared.eyes) ? 1 : 0;
      if (is_writing_block(block)) write<Block>(a, frame, shared, has_points);
    });
  }

  /// Of the blocks that work on one frame, the one that writes.
  template <class Block>
  static EYELID_DEVICE bool is_writing_block(const Block& block) {
    return block.index() % kParts == 0;
  }

  template <class Block>
  static EYELID_DEVICE void write(const Arguments& a,
                                  std::size_t frame,
                                  const Shared& shared,
                                  bool has_points) {
    FrameRecord& record = a.records[frame];
    record.face_count = a.face_counts[frame];
    record.subject = shared.subject;
    record.face = shared.subject >= 0 ? shared.face : FaceRecord{};
    for (int i = 0; i < 12; i++) {
      record.eyes[2 * i] = shared.eyes[i].x;
      record.eyes[2 * i + 1] = shared.eyes[i].y;
    }
    const bool is_trustworthy = shared.is_trustworthy != 0;
    record.ear_right =
        is_trustworthy ? aspect_ratio<Block>(shared.eyes, a.not_a_number) : a.not_a_number;
    record.ear_left =
        is_trustworthy ? aspect_ratio<Block>(shared.eyes + 6, a.not_a_number) : a.not_a_number;
    record.is_trustworthy = shared.is_trustworthy;
    record.has_points = has_points ? 1 : 0;
  }
};

using LocateEyes = LocateEyesIn<1>;
/// Hopper: four multiprocessors per frame.
using LocateEyesSpread = LocateEyesIn<4>;

}  // namespace eyelid::gpu
