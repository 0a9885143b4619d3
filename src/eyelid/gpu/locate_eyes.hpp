// SPDX-License-Identifier: MIT
#pragma once

#include "eyelid/core/eye_aspect_ratio.hpp"
#include "eyelid/detection/subject_selection.hpp"
#include "eyelid/gpu/device_gray_levels.hpp"
#include "eyelid/gpu/locate_eyes_arguments.hpp"
#include "eyelid/gpu/patch_models.hpp"
#include "eyelid/landmarks/eye_centers.hpp"
#include "eyelid/landmarks/eye_presence.hpp"
#include "eyelid/landmarks/face_following.hpp"
#include "eyelid/landmarks/plausibility.hpp"

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
    PatchWork patches;
    landmarks::EyeCenters start;
    landmarks::EyePair pair;
    EyeLandmarks by_trees;  // the one-eye model alone
    FaceRecord face;        // where this frame's eyes are looked for
    std::int32_t subject;
    std::int32_t is_placed;
    PerEye<float> presence;  // of the eyes judged, kNotAvailable where not measurable
    PerEye<std::int32_t> trusted_eyes;
    PerEye<std::int32_t> doubted_eyes;
    std::int32_t are_both_trusted;
    PresenceLightWork light_work;  // while the eyes are judged
    // Of the frame before, in the same group.
    FaceRecord last_face;
    EyeLandmarks last_eyes;
    std::int32_t last_subject;
    std::int32_t last_are_both_trusted;
    std::int32_t follows;  // the frame's eyes were found by following
  };
  static constexpr std::size_t kPixels = (sizeof(Shared) + 127) / 128 * 128;
  using Models = PatchModels<kParts, kThreads, kPixels>;
  static constexpr int kEyePatchBytes =
      landmarks::kBothEyesPatch.width * landmarks::kBothEyesPatch.height;
  static constexpr int kFacePatchBytes = landmarks::kFacePatch.width * landmarks::kFacePatch.height;
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
          if (pass == 0) carry(shared);
          if (pass == 1) take_detected(a, frame, i, shared);
        });
        if (pass == 0 && block.read(shared.subject) < 0) continue;
        measure(block, a, frame, shared, exchanges);
        if (pass == 0 && block.read(shared.follows) != 0) break;
      }
      block.each_thread([&](int thread) {
        if (thread != 0) return;
        shared.last_face = shared.face;
        shared.last_subject = shared.subject;
        shared.last_are_both_trusted = shared.are_both_trusted;
        shared.last_eyes = shared.pair.eyes;
      });
    }
    // Nobody's shared memory may go while another block reads it.
    if constexpr (kParts > 1) block.sync_cluster();
  }

 private:
  /// The face of the frame before where its landmarks say; no subject where they are not trusted:
  /// a covered eye's points wander.
  static EYELID_DEVICE void carry(Shared& shared) {
    shared.subject = shared.last_are_both_trusted != 0 ? kCarriedFace : -1;
    if (shared.subject < 0) return;
    shared.face = shared.last_face;
    if (landmarks::face_from_eyes(shared.last_eyes, shared.face.box, shared.face.keypoints)) {
      shared.face.has_keypoints = 1;
    }
  }

  /// The subject of the first frame of a group; in others the face nearest to the last one.
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
      shared.subject = detection::nearest_or_largest(
          faces, count, shared.last_subject >= 0 ? &shared.last_face.box : nullptr);
    }
    if (shared.subject >= 0) shared.face = faces[shared.subject];
  }

  /// From shared.face (shared.subject: whether there is one) to the record of the frame.
  template <class Block>
  static EYELID_DEVICE void measure(
      Block& block, const Arguments& a, std::size_t frame, Shared& shared, int& exchanges) {
    const FrameView image{a.frames + frame * a.frame_bytes, a.width, a.height, a.row_bytes};
    begin(block, shared);
    const bool has_face = block.read(shared.is_placed) != 0;
    const bool has_start = has_face && (shared.face.has_keypoints != 0 ||
                                        start_from_box(block, a, image, shared, exchanges));
    const bool is_placed = has_start && locate_pair(block, a, image, shared, exchanges);
    if (is_placed) judge(block, a, image, shared, exchanges);
    const bool has_points =
        is_placed && a.wants_points != 0 && locate_face(block, a, image, frame, shared, exchanges);
    finish(block, a, frame, shared, has_points);
  }

  template <class Block>
  static EYELID_DEVICE void begin(Block& block, Shared& shared) {
    block.each_thread([&](int thread) {
      if (thread != 0) return;
      shared.pair.eyes = {};
      shared.trusted_eyes = {};
      shared.doubted_eyes = {};
      shared.are_both_trusted = 0;
      shared.is_placed = shared.subject >= 0 ? 1 : 0;
      shared.start = {shared.face.keypoints[0], shared.face.keypoints[1]};
    });
  }

  /// The one-eye model on both eyes, on patches aligned on the corners in `from`; false when one
  /// cannot be placed.
  template <class Block>
  static EYELID_DEVICE bool locate_each(Block& block,
                                        const Arguments& a,
                                        const FrameView& image,
                                        Shared& shared,
                                        int& exchanges,
                                        const EyeLandmarks& from) {
    return Models::template predict<2>(
        block, a.one_eye, image, shared.patches, exchanges, [&](int eye) {
          const Eye side = eye == 0 ? Eye::Right : Eye::Left;
          return landmarks::place_one_eye_patch(side, from[side][0], from[side][3]);
        });
  }
  static EYELID_DEVICE Point located_lid(const Shared& shared, std::size_t i) {
    return i < 6 ? Models::located(shared.patches, 0, i)
                 : Models::located(shared.patches, 1, mirrored_eye_point(i - 6));
  }

  /// From two eye centers: the eye finder, then the one-eye model and the lid finder on patches
  /// aligned on its corners; the mean of the two.
  template <class Block>
  static EYELID_DEVICE bool locate_pair(
      Block& block, const Arguments& a, const FrameView& image, Shared& shared, int& exchanges) {
    const bool is_cut = Models::template cut<1>(block, image, shared.patches, [&](int) {
      return landmarks::place_both_eyes_patch(shared.start.right, shared.start.left);
    });
    if (!is_cut) return false;
    Models::find_points(block, a.eye_finder, 0, a.network_maps, shared.patches);
    block.each_thread([&](int thread) {
      const auto i = static_cast<std::size_t>(thread);
      if (i >= 12) return;
      lid_point(shared.pair.first_stage, i) = shared.patches.placements[0].frame_from_middle(
          Models::found_point(shared.patches, i) * landmarks::kEyeDistanceOnBothEyesPatch);
    });
    return refine(block, a, image, shared, exchanges);
  }
  /// From the corners in pair.first_stage to pair.eyes.
  template <class Block>
  static EYELID_DEVICE bool refine(
      Block& block, const Arguments& a, const FrameView& image, Shared& shared, int& exchanges) {
    const EyeLandmarks& found = shared.pair.first_stage;
    if (!locate_each(block, a, image, shared, exchanges, found)) return false;
    block.each_thread([&](int thread) {
      const auto i = static_cast<std::size_t>(thread);
      if (i < 12) lid_point(shared.by_trees, i) = located_lid(shared, i);
    });
    const bool is_cut = Models::template cut<2>(block, image, shared.patches, [&](int eye) {
      return landmarks::place_lid_patch(eye == 0 ? Eye::Right : Eye::Left, found);
    });
    if (!is_cut) return false;
    EYELID_KEEP_LOOP
    for (int eye = 0; eye < 2; eye++) {
      Models::find_points(block, a.lid_finder, eye, a.network_maps, shared.patches);
      block.each_thread([&](int thread) {
        const auto i = static_cast<std::size_t>(thread);
        if (i >= 6) return;
        const Point lid = shared.patches.placements[eye].frame_from_middle(
            Models::found_point(shared.patches, eye == 0 ? i : mirrored_eye_point(i)) *
            landmarks::kCornerDistanceOnLidPatch);
        const std::size_t point = eye == 0 ? i : 6 + i;
        lid_point(shared.pair.eyes, point) = (lid_point(shared.by_trees, point) + lid) * 0.5f;
      });
    }
    return true;
  }

  /// Eye centers by brows and lids in the box; false when the box cannot be placed.
  template <class Block>
  static EYELID_DEVICE bool start_from_box(
      Block& block, const Arguments& a, const FrameView& image, Shared& shared, int& exchanges) {
    const bool is_found = Models::template predict<1>(
        block, a.eye_region, image, shared.patches, exchanges, [&](int) {
          return landmarks::place_face_patch(shared.face.box);
        });
    if (!is_found) return false;
    block.each_thread([&](int thread) {
      if (thread != 0) return;
      shared.start = landmarks::eye_centers_of_region(
          [&](std::size_t i) { return Models::located(shared.patches, 0, i); });
    });
    return true;
  }

  /// The 68 points: the mean of the face and of its mirror image; lid points are those of the eyes.
  template <class Block>
  static EYELID_DEVICE bool locate_face(Block& block,
                                        const Arguments& a,
                                        const FrameView& image,
                                        std::size_t frame,
                                        Shared& shared,
                                        int& exchanges) {
    const EyeLandmarks& eyes = shared.pair.eyes;
    const bool is_placed =
        Models::template predict<2>(block, a.face, image, shared.patches, exchanges, [&](int face) {
          auto placement =
              landmarks::place_face_patch(eye_center(eyes.right), eye_center(eyes.left));
          placement.is_mirrored = face == 1;
          return placement;
        });
    if (!is_placed) return false;
    block.each_thread([&](int thread) {
      if (!is_writing_block(block)) return;
      for (auto i = static_cast<std::size_t>(thread); i < 68; i += kThreads) {
        const auto mirrored = static_cast<std::size_t>(a.mirrored_face_point[i]);
        const bool is_lid = i >= kRightEyeBegin && i < kRightEyeBegin + 12;
        a.points[frame][i] = is_lid ? lid_point(eyes, i - kRightEyeBegin)
                                    : (Models::located(shared.patches, 0, i) +
                                       Models::located(shared.patches, 1, mirrored)) *
                                          0.5f;
      }
    });
    return true;
  }

  /// Which eyes can be measured: landmarks::measurable_eyes, the presence model on those, and
  /// landmarks::judged_eyes.
  template <class Block>
  static EYELID_DEVICE void judge(
      Block& block, const Arguments& a, const FrameView& image, Shared& shared, int& exchanges) {
    block.each_thread([&](int thread) {
      if (thread != 0) return;
      const PerEye<bool> is_measurable = landmarks::measurable_eyes(shared.pair, image);
      shared.presence = {is_measurable.right ? landmarks::kUndoubtedPresence : kNotAvailable,
                         is_measurable.left ? landmarks::kUndoubtedPresence : kNotAvailable};
      shared.is_placed = is_measurable.right || is_measurable.left ? 1 : 0;
    });
    if (a.presence.cascade_count > 0 && block.read(shared.is_placed) != 0) {
      look_for_eyes(block, a, image, shared, exchanges);
    }
    block.each_thread([&](int thread) {
      if (thread != 0) return;
      const landmarks::JudgedEyes judged = landmarks::judged_eyes(
          shared.pair.eyes, shared.presence, shared.face.box, shared.face.score);
      const PerEye<bool>& trusted = judged.trusted;
      shared.trusted_eyes = {trusted.right ? 1 : 0, trusted.left ? 1 : 0};
      shared.doubted_eyes = {judged.doubted.right ? 1 : 0, judged.doubted.left ? 1 : 0};
      shared.are_both_trusted = trusted.right && trusted.left ? 1 : 0;
    });
  }

  /// The presence of the eyes that can be measured.
  template <class Block>
  static EYELID_DEVICE void look_for_eyes(
      Block& block, const Arguments& a, const FrameView& image, Shared& shared, int& exchanges) {
    // One that cannot be measured has no patch: the other's stands in, and is not looked at.
    const bool is_placed = Models::template cut<2>(block, image, shared.patches, [&](int i) {
      Eye side = i == 0 ? Eye::Right : Eye::Left;
      if (!is_finite(shared.presence[side])) side = other(side);
      return landmarks::place_presence_patch(side, shared.pair.eyes[side]);
    });
    if (!is_placed) return;
    std::uint8_t* pixels = block.template shared<std::uint8_t>(kPixels);
    even_light<kThreads>(block, pixels, shared.light_work);
    Models::template run_model<2>(block, a.presence, shared.patches, exchanges);
    block.each_thread([&](int thread) {
      if (thread >= 2) return;
      const float* point = shared.patches.trees.shape[thread];
      float& presence = shared.presence[thread == 0 ? Eye::Right : Eye::Left];
      if (!is_finite(presence)) return;
      presence = shared.light_work.is_of_one_tone[thread] != 0
                     ? landmarks::kPresenceOfOneTone
                     : landmarks::presence_of({point[0], point[1]});
    });
  }

  template <class Block>
  static EYELID_DEVICE void finish(
      Block& block, const Arguments& a, std::size_t frame, Shared& shared, bool has_points) {
    block.each_thread([&](int thread) {
      if (thread != 0) return;
      if (a.wants_points != 0 && !has_points) {
        shared.trusted_eyes = {};
        shared.doubted_eyes = {};
      }
      const PerEye<std::int32_t>& trusted = shared.trusted_eyes;
      shared.are_both_trusted = trusted.right != 0 && trusted.left != 0 ? 1 : 0;
      // As FrameMeasurer::follow: one eye may have been covered since.
      const bool is_trustworthy = trusted.right != 0 || trusted.left != 0;
      shared.follows =
          is_trustworthy && !landmarks::has_jumped(shared.last_eyes, shared.pair.eyes) ? 1 : 0;
      if (is_writing_block(block)) write(a, frame, shared, has_points);
    });
  }

  /// Of the blocks that work on one frame, the one that writes.
  template <class Block>
  static EYELID_DEVICE bool is_writing_block(const Block& block) {
    return block.index() % kParts == 0;
  }

  static EYELID_DEVICE void write(const Arguments& a,
                                  std::size_t frame,
                                  const Shared& shared,
                                  bool has_points) {
    FrameRecord& record = a.records[frame];
    const EyeLandmarks& eyes = shared.pair.eyes;
    record.face_count = a.face_counts[frame];
    record.subject = shared.subject;
    record.face = shared.subject >= 0 ? shared.face : FaceRecord{};
    record.eyes = eyes;
    const PerEye<std::int32_t>& trusted = shared.trusted_eyes;
    record.ear.right = trusted.right != 0 ? ear_or_nan(eyes.right) : float{kNotAvailable};
    record.ear.left = trusted.left != 0 ? ear_or_nan(eyes.left) : float{kNotAvailable};
    record.trusted_eyes = trusted;
    record.doubted_eyes = shared.doubted_eyes;
    record.has_points = has_points ? 1 : 0;
  }
};

using LocateEyes = LocateEyesIn<1>;
/// Hopper: four multiprocessors per frame.
using LocateEyesSpread = LocateEyesIn<4>;

}  // namespace eyelid::gpu
