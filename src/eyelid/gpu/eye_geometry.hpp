// SPDX-License-Identifier: MIT
#pragma once

#include "eyelid/core/geometry.hpp"
#include "eyelid/gpu/frame_records.hpp"
#include "eyelid/kernels/gpu/block.hpp"
#include "eyelid/kernels/warp_patch/cuda_patch.hpp"
#include "eyelid/landmarks/face_proportions.hpp"
#include "eyelid/landmarks/patch.hpp"
#include "eyelid/landmarks/plausibility_bounds.hpp"
#include "eyelid/landmarks/second_look_bounds.hpp"

/// The geometry between detector and trees on the device: core/geometry, landmarks/patch,
/// landmarks/plausibility and closure/eye_aspect_ratio, operation by operation. Compiled without
/// fused multiply-add, so that the floats are those of the CPU. `Block` is the arithmetic.
namespace eyelid::gpu {

/// A whole frame in device memory.
struct FrameImage {
  const std::uint8_t* pixels;
  int row_bytes;
  int width;
  int height;
};

/// landmarks::PatchPlacement.
struct Placement {
  Similarity frame_from_patch;
  int width;
  int height;
  int is_mirrored;
};

template <class Block>
EYELID_DEVICE float distance_of(Point a, Point b) {
  return Block::hypot(a.x - b.x, a.y - b.y);
}

/// `first` and `last` lie level on the patch, distance_px apart, `above` over its center.
EYELID_DEVICE Placement
place_pair(int width, int height, float above, float distance_px, Point first, Point last) {
  const Point between{0.5f * static_cast<float>(width - 1),
                      0.5f * static_cast<float>(height - 1) - above};
  const Point half{0.5f * distance_px, 0.0f};
  return {similarity_from_pairs(between - half, between + half, first, last), width, height, 0};
}

EYELID_DEVICE Placement place_both_eyes(Point right, Point left) {
  return place_pair(landmarks::kBothEyesPatch.width,
                    landmarks::kBothEyesPatch.height,
                    0.0f,
                    landmarks::kEyeDistanceOnBothEyesPatch,
                    right,
                    left);
}
EYELID_DEVICE Placement place_one_eye(Point first, Point last, bool is_mirrored) {
  Placement result = place_pair(landmarks::kOneEyePatch.width,
                                landmarks::kOneEyePatch.height,
                                0.0f,
                                landmarks::kCornerDistanceOnOneEyePatch,
                                first,
                                last);
  result.is_mirrored = is_mirrored ? 1 : 0;
  return result;
}
EYELID_DEVICE Placement place_face(Point right, Point left) {
  return place_pair(
      landmarks::kFacePatch.width,
      landmarks::kFacePatch.height,
      landmarks::kEyeLineOnFacePatch * static_cast<float>(landmarks::kFacePatch.height),
      landmarks::kEyeDistanceOnFacePatch,
      right,
      left);
}

/// landmarks::place_face_patch(box, angle), the angle that of `eye_line`.
template <class Block>
EYELID_DEVICE Placement place_box(const Rect& box, Point eye_line) {
  constexpr int kSide = landmarks::kFacePatch.width;
  const float scale =
      landmarks::kFacePatchMargin * 0.5f * (box.width + box.height) / static_cast<float>(kSide);
  const Point center{0.5f * static_cast<float>(kSide - 1), 0.5f * static_cast<float>(kSide - 1)};
  const Point corner = box.center() - center * scale;
  const float angle = Block::atan2(eye_line.y, eye_line.x);
  const float c = Block::cos(angle);
  const float s = Block::sin(angle);
  const Similarity upright{scale, 0.0f, corner.x, corner.y};
  const Similarity turn{
      c, s, center.x - (c * center.x - s * center.y), center.y - (s * center.x + c * center.y)};
  const Point shift = upright({turn.tx, turn.ty});
  return {{upright.a * turn.a - upright.b * turn.b,
           upright.b * turn.a + upright.a * turn.b,
           shift.x,
           shift.y},
          kSide,
          kSide,
          0};
}

EYELID_DEVICE Point frame_from_normalized(const Placement& placement, Point normalized) {
  Point in_patch = normalized * static_cast<float>(placement.width);
  if (placement.is_mirrored != 0) {
    in_patch.x = static_cast<float>(placement.width - 1) - in_patch.x;
  }
  return placement.frame_from_patch(in_patch);
}

template <class Block>
EYELID_DEVICE bool is_usable(const Placement& placement) {
  const Similarity& s = placement.frame_from_patch;
  const float scale = Block::hypot(s.a, s.b);
  const float tx = s.tx < 0.0f ? -s.tx : s.tx;
  const float ty = s.ty < 0.0f ? -s.ty : s.ty;
  return Block::is_finite(s.a) && Block::is_finite(s.b) && scale >= 1.0f / 64.0f &&
         scale <= 512.0f && tx < 1e6f && ty < 1e6f;  // not-a-number is in no range
}

EYELID_DEVICE int clamp_of(int value, int low, int high) {
  return value < low ? low : value > high ? high : value;
}

/// First and number of pixels of the blocks that cover low .. high and one more on each side.
template <class Block>
EYELID_DEVICE void cover_by_blocks(
    float low, float high, int factor, int extent, int& first, int& size) {
  const int last_block = (extent - 1) / factor;
  const int begin = clamp_of(static_cast<int>(Block::floor(low)) / factor - 1, 0, last_block);
  const int end =
      clamp_of(static_cast<int>(Block::ceil(high)) / factor + 2, begin + 1, last_block + 1);
  first = begin * factor;
  size = (end * factor < extent ? end * factor : extent) - first;
}

/// What landmarks::PatchCutter does, as a plan. The placement must be usable.
template <class Block>
EYELID_DEVICE kernels::gpu::PatchCut plan_cut(const FrameImage& frame, const Placement& placement) {
  Similarity source_from_patch = placement.frame_from_patch;
  const int factor = clamp_of(
      static_cast<int>(Block::round(Block::hypot(source_from_patch.a, source_from_patch.b))),
      1,
      128);
  kernels::gpu::PatchCut cut{{frame.pixels, frame.row_bytes, frame.width, frame.height},
                             factor,
                             {},
                             placement.width,
                             placement.height,
                             placement.is_mirrored};
  if (factor > 1) {
    const auto x = static_cast<float>(placement.width - 1);
    const auto y = static_cast<float>(placement.height - 1);
    Point low = source_from_patch({0.0f, 0.0f});
    Point high = low;
    for (int i = 1; i < 4; i++) {
      const Point corner = source_from_patch({i % 2 == 1 ? x : 0.0f, i >= 2 ? y : 0.0f});
      low = {Block::min(low.x, corner.x), Block::min(low.y, corner.y)};
      high = {Block::max(high.x, corner.x), Block::max(high.y, corner.y)};
    }
    int part_x = 0, part_y = 0;
    cover_by_blocks<Block>(low.x, high.x, factor, frame.width, part_x, cut.source.width);
    cover_by_blocks<Block>(low.y, high.y, factor, frame.height, part_y, cut.source.height);
    cut.source.pixels += part_y * cut.source.stride + part_x;
    const float shift = 0.5f * static_cast<float>(factor - 1);
    const float inverse = 1.0f / static_cast<float>(factor);
    source_from_patch = {source_from_patch.a * inverse,
                         source_from_patch.b * inverse,
                         (source_from_patch.tx - static_cast<float>(part_x) - shift) * inverse,
                         (source_from_patch.ty - static_cast<float>(part_y) - shift) * inverse};
  }
  constexpr float kOne = 65536.0f;
  cut.grid = {Block::round(source_from_patch.tx * kOne),
              Block::round(source_from_patch.ty * kOne),
              static_cast<std::int32_t>(Block::round(source_from_patch.a * kOne)),
              static_cast<std::int32_t>(Block::round(source_from_patch.b * kOne))};
  return cut;
}

/// Where point i of a mirrored left eye comes from: landmarks::kMirroredEyePoint.
EYELID_DEVICE int mirrored_eye_point(int i) { return i < 4 ? 3 - i : 9 - i; }

/// Of six lid points.
EYELID_DEVICE Point center_of(const Point* eye) {
  Point sum;
  for (int i = 0; i < 6; i++) sum = sum + eye[i];
  return sum * (1.0f / 6.0f);
}

EYELID_DEVICE float dot_of(Point a, Point b) { return a.x * b.x + a.y * b.y; }
EYELID_DEVICE float cross_of(Point a, Point b) { return a.x * b.y - a.y * b.x; }
EYELID_DEVICE float magnitude(float x) { return x < 0.0f ? -x : x; }

template <class Block>
EYELID_DEVICE bool is_plausible_eye(const Point* eye, Point eye_line) {
  using namespace landmarks::bounds;
  const Point corner_line = eye[3] - eye[0];
  const float width = distance_of<Block>(eye[0], eye[3]);
  if (!(width >= kMinEyeWidth_px)) return false;
  const float along = dot_of(corner_line, eye_line);
  if (!(along > 0.0f) || magnitude(cross_of(corner_line, eye_line)) > kMaxSlant * along) {
    return false;
  }
  for (int i = 1; i < 6; i++) {
    if (i == 3) continue;
    const Point lid = eye[i] - eye[0];
    const float share = dot_of(lid, corner_line) / (width * width);
    const float height = cross_of(corner_line, lid) / (width * width);
    if (share < -kLidOverhang || share > 1.0f + kLidOverhang) return false;
    if (magnitude(height) > kMaxLidDistance) return false;
  }
  return true;
}

/// landmarks::is_plausible_eye_pair; `eyes` is six points of the right eye, then of the left.
template <class Block>
EYELID_DEVICE bool is_plausible_pair(const Point* eyes, const FrameImage& frame) {
  using namespace landmarks::bounds;
  for (int i = 0; i < 12; i++) {
    const bool is_inside = eyes[i].x >= 0.0f && eyes[i].y >= 0.0f &&
                           eyes[i].x <= static_cast<float>(frame.width - 1) &&
                           eyes[i].y <= static_cast<float>(frame.height - 1);
    if (!is_inside) return false;
  }
  const Point eye_line = center_of(eyes + 6) - center_of(eyes);
  if (!is_plausible_eye<Block>(eyes, eye_line) || !is_plausible_eye<Block>(eyes + 6, eye_line)) {
    return false;
  }
  const float right = distance_of<Block>(eyes[0], eyes[3]);
  const float left = distance_of<Block>(eyes[6], eyes[9]);
  const float share = 0.5f * (right + left) / Block::sqrt(dot_of(eye_line, eye_line));
  return Block::min(right, left) >= kMinWidthRatio * Block::max(right, left) &&
         share >= kMinWidth && share <= kMaxWidth;
}

/// landmarks::fits_face_box.
template <class Block>
EYELID_DEVICE bool fits_box(const Point* eyes, const Rect& box) {
  using namespace landmarks::bounds;
  const float side = 0.5f * (box.width + box.height);
  const Point right = center_of(eyes);
  const Point left = center_of(eyes + 6);
  const float share = distance_of<Block>(right, left) / side;
  const Point middle = (right + left) * 0.5f;
  return share >= kMinBoxShare && share <= kMaxBoxShare &&
         magnitude(middle.x - box.center().x) <= 0.5f * side &&
         magnitude(middle.y - box.center().y) <= 0.6f * side;
}

/// landmarks::stages_agree.
template <class Block>
EYELID_DEVICE bool do_stages_agree(const Point* first_stage, const Point* eyes) {
  for (int eye = 0; eye < 12; eye += 6) {
    const float moved = distance_of<Block>(center_of(first_stage + eye), center_of(eyes + eye));
    const float allowed =
        landmarks::bounds::kMaxStageShift * distance_of<Block>(eyes[eye + 3], eyes[eye]);
    if (!(moved <= allowed)) return false;
  }
  return true;
}

// As landmarks/second_look.cpp: which eyes are looked for a second time, and which answer counts.
using landmarks::bounds::kElsewhere;
using landmarks::bounds::kLooksShut;
using landmarks::bounds::kMoreOpen;
using landmarks::bounds::kSamePlace;

template <class Block>
EYELID_DEVICE float opening_of(const Point* eye) {
  const float width = distance_of<Block>(eye[0], eye[3]);
  return width > 0.0f ? (distance_of<Block>(eye[1], eye[5]) + distance_of<Block>(eye[2], eye[4])) /
                            (2.0f * width)
                      : 0.0f;
}

/// landmarks::looks_shut: whether one of the eyes needs a second look.
template <class Block>
EYELID_DEVICE bool looks_shut(const Point* eyes) {
  return opening_of<Block>(eyes) < kLooksShut || opening_of<Block>(eyes + 6) < kLooksShut;
}

/// landmarks::may_correct: whether one of the eyes looks shut and was found elsewhere.
template <class Block>
EYELID_DEVICE bool may_correct(const Point* eyes, const Point* other_first_stage) {
  for (int eye = 0; eye < 12; eye += 6) {
    const bool is_settled =
        opening_of<Block>(eyes + eye) >= kLooksShut ||
        distance_of<Block>(center_of(eyes + eye), center_of(other_first_stage + eye)) <
            kSamePlace * distance_of<Block>(eyes[eye], eyes[eye + 3]);
    if (!is_settled) return true;
  }
  return false;
}

/// Whether `other`, found from another start, replaces `eye`.
template <class Block>
EYELID_DEVICE bool is_better(const Point* eye, const Point* other) {
  const bool is_elsewhere = distance_of<Block>(center_of(eye), center_of(other)) >
                            kElsewhere * distance_of<Block>(other[0], other[3]);
  return opening_of<Block>(eye) < kLooksShut &&
         opening_of<Block>(other) > opening_of<Block>(eye) + kMoreOpen && is_elsewhere;
}

/// closure::eye_aspect_ratio; not-a-number where that returns nothing.
template <class Block>
EYELID_DEVICE float aspect_ratio(const Point* eye, float not_a_number) {
  const float height = distance_of<Block>(eye[1], eye[5]) + distance_of<Block>(eye[2], eye[4]);
  const float width = 2.0f * distance_of<Block>(eye[0], eye[3]);
  const float ratio = height / width;
  return Block::is_finite(ratio) && Block::is_finite(width) ? ratio : not_a_number;
}

/// landmarks::carry_face; `eyes` is six points of the right eye, then of the left.
template <class Block>
EYELID_DEVICE FaceRecord carried_face(const FaceRecord& face, const Point* eyes) {
  using namespace landmarks::proportions;
  const Point right = center_of(eyes), left = center_of(eyes + 6);
  const float eye_distance = distance_of<Block>(right, left);
  if (!Block::is_finite(eye_distance) || eye_distance <= 0.0f) return face;
  const Similarity frame_from_face =
      similarity_from_pairs({-0.5f, 0.0f}, {0.5f, 0.0f}, right, left);
  const float side = kBoxSide * eye_distance;
  const Point center = frame_from_face({0.0f, kBoxCenterBelowEyes});
  const Point nose = frame_from_face({0.0f, kNoseTip}), mouth = frame_from_face({0.0f, kMouth});
  const Point right_ear = frame_from_face({-kEarAside, kEarBelow});
  const Point left_ear = frame_from_face({kEarAside, kEarBelow});
  return {center.x - 0.5f * side,
          center.y - 0.5f * side,
          side,
          side,
          face.score,
          1,
          {right.x,
           right.y,
           left.x,
           left.y,
           nose.x,
           nose.y,
           mouth.x,
           mouth.y,
           right_ear.x,
           right_ear.y,
           left_ear.x,
           left_ear.y}};
}

/// As pipeline::Tracker: whether the eyes moved further than landmarks can safely follow.
template <class Block>
EYELID_DEVICE bool has_jumped(const Point* before, const Point* now) {
  constexpr float kFollowed = 0.1f;
  const Point old_middle = (before[0] + before[9]) * 0.5f;
  const Point new_middle = (now[0] + now[9]) * 0.5f;
  return distance_of<Block>(old_middle, new_middle) >
         kFollowed * distance_of<Block>(before[0], before[9]);
}

}  // namespace eyelid::gpu
