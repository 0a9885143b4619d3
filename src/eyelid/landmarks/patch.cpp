// SPDX-License-Identifier: MIT
#include "eyelid/landmarks/patch.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "eyelid/compute/cpu_features.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/kernels/warp_patch/warp_patch.hpp"

namespace eyelid::landmarks {
namespace {

constexpr float kOne = 65536.0f;  // of WarpGrid

Point middle(PatchSize size) {
  return {0.5f * static_cast<float>(size.width - 1), 0.5f * static_cast<float>(size.height - 1)};
}

PatchPlacement place_pair(
    PatchSize size, Point between, float distance_px, Point first, Point last) {
  const Point half{0.5f * distance_px, 0.0f};
  PatchPlacement result;
  result.size = size;
  result.frame_from_patch = similarity_from_pairs(between - half, between + half, first, last);
  return result;
}

bool is_finite(const Similarity& s) {
  return std::isfinite(s.a) && std::isfinite(s.b) && std::isfinite(s.tx) && std::isfinite(s.ty);
}

constexpr std::array<std::size_t, 12> mirrored_lid_points() {
  std::array<std::size_t, 12> order{};
  for (std::size_t i = 0; i < 6; ++i) {
    order[i] = 6 + kMirroredEyePoint[i];
    order[6 + i] = kMirroredEyePoint[i];
  }
  return order;
}

struct FramePart {
  int x, y, width, height;
};

// First and number of pixels of the blocks that cover low .. high and one more on each side.
std::pair<int, int> cover_by_blocks(float low, float high, int factor, int extent) {
  const int last_block = (extent - 1) / factor;
  const int first = std::clamp(static_cast<int>(std::floor(low)) / factor - 1, 0, last_block);
  const int end =
      std::clamp(static_cast<int>(std::ceil(high)) / factor + 2, first + 1, last_block + 1);
  return {first * factor, std::min(end * factor, extent) - first * factor};
}

// Whole blocks counted from the frame's corner: a resting face meets the same blocks in every
// frame.
FramePart part_under_patch(const FrameView& frame, const PatchPlacement& placement, int factor) {
  const auto x = static_cast<float>(placement.size.width - 1);
  const auto y = static_cast<float>(placement.size.height - 1);
  const Similarity& to_frame = placement.frame_from_patch;
  const std::array corners = {
      to_frame({0, 0}), to_frame({x, 0}), to_frame({0, y}), to_frame({x, y})};
  Point low = corners[0];
  Point high = corners[0];
  for (const Point corner : corners) {
    low = {std::min(low.x, corner.x), std::min(low.y, corner.y)};
    high = {std::max(high.x, corner.x), std::max(high.y, corner.y)};
  }
  const auto [first_x, width] = cover_by_blocks(low.x, high.x, factor, frame.width);
  const auto [first_y, height] = cover_by_blocks(low.y, high.y, factor, frame.height);
  return {first_x, first_y, width, height};
}

}  // namespace

const std::array<std::size_t, 12> kMirroredLidPoint = mirrored_lid_points();
const std::array<std::size_t, 68> kMirroredFacePoint = {
    16, 15, 14, 13, 12, 11, 10, 9,  8,  7,  6,  5,  4, 3, 2, 1, 0,  // jaw
    26, 25, 24, 23, 22, 21, 20, 19, 18, 17,                         // brows
    27, 28, 29, 30, 35, 34, 33, 32, 31,                             // nose
    45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40,                 // eyes
    54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55,                 // outer lips
    64, 63, 62, 61, 60, 67, 66, 65};                                // inner lips

Point PatchPlacement::frame_from_normalized(Point normalized) const {
  Point in_patch = normalized * static_cast<float>(size.width);
  if (is_mirrored) in_patch.x = static_cast<float>(size.width - 1) - in_patch.x;
  return frame_from_patch(in_patch);
}

Point PatchPlacement::normalized_from_frame(Point in_frame) const {
  Point in_patch = frame_from_patch.inverse()(in_frame);
  if (is_mirrored) in_patch.x = static_cast<float>(size.width - 1) - in_patch.x;
  return in_patch * (1.0f / static_cast<float>(size.width));
}

bool PatchPlacement::is_usable() const {
  const float scale = frame_from_patch.scale();
  return is_finite(frame_from_patch) && scale >= 1.0f / 64.0f && scale <= 512.0f &&
         std::abs(frame_from_patch.tx) < 1e6f && std::abs(frame_from_patch.ty) < 1e6f;
}

PatchPlacement place_face_patch(const Rect& box) {
  const float scale = kFacePatchMargin * 0.5f * (box.width + box.height) / kFacePatch.width;
  const Point corner = box.center() - middle(kFacePatch) * scale;
  return {{scale, 0.0f, corner.x, corner.y}, kFacePatch, false};
}

PatchPlacement place_face_patch(const Rect& box, float angle_rad) {
  PatchPlacement placement = place_face_patch(box);
  const Point center = middle(placement.size);
  // Through double precision: so rounded, every C library and the GPU give the same floats.
  const auto c = static_cast<float>(std::cos(double{angle_rad}));
  const auto s = static_cast<float>(std::sin(double{angle_rad}));
  const Similarity turn{
      c, s, center.x - (c * center.x - s * center.y), center.y - (s * center.x + c * center.y)};
  placement.frame_from_patch = compose(placement.frame_from_patch, turn);
  return placement;
}

PatchPlacement place_face_patch(Point right_eye, Point left_eye) {
  const Point between = middle(kFacePatch) - Point{0.0f, kEyeLineOnFacePatch * kFacePatch.height};
  return place_pair(kFacePatch, between, kEyeDistanceOnFacePatch, right_eye, left_eye);
}

PatchPlacement place_both_eyes_patch(Point right_eye, Point left_eye) {
  return place_pair(
      kBothEyesPatch, middle(kBothEyesPatch), kEyeDistanceOnBothEyesPatch, right_eye, left_eye);
}

PatchPlacement place_one_eye_patch(EyeSide side, Point first, Point last) {
  PatchPlacement result =
      place_pair(kOneEyePatch, middle(kOneEyePatch), kCornerDistanceOnOneEyePatch, first, last);
  result.is_mirrored = side == EyeSide::Left;
  return result;
}

void PatchCutter::cut(const FrameView& frame, const PatchPlacement& placement, GrayImage& patch) {
  EYELID_EXPECTS(!frame.is_empty() && placement.is_usable());
  EYELID_EXPECTS(placement.size.width > 0 && placement.size.width % 8 == 0);
  const PatchSize size = placement.size;
  patch.resize(size.width, size.height);
  const kernels::WarpKernels& variant = kernels::warp_kernels(compute::cpu_features());

  kernels::GrayPixels source{frame.pixels, frame.stride, frame.width, frame.height};
  Similarity source_from_patch = placement.frame_from_patch;
  const int factor = std::clamp(static_cast<int>(std::lround(source_from_patch.scale())), 1, 128);
  if (factor > 1) {
    const FramePart part = part_under_patch(frame, placement, factor);
    source = {frame.row(part.y) + part.x, frame.stride, part.width, part.height};
    shrunk_.resize((part.width + factor - 1) / factor, (part.height + factor - 1) / factor);
    kernels::shrink_by_mean(variant, source, factor, shrunk_.row(0), shrunk_.stride());
    source = {shrunk_.row(0), shrunk_.stride(), shrunk_.width(), shrunk_.height()};

    // The center of block i is at part.x + i factor + (factor - 1) / 2.
    const float shift = 0.5f * static_cast<float>(factor - 1);
    const float inverse = 1.0f / static_cast<float>(factor);
    source_from_patch = {source_from_patch.a * inverse,
                         source_from_patch.b * inverse,
                         (source_from_patch.tx - static_cast<float>(part.x) - shift) * inverse,
                         (source_from_patch.ty - static_cast<float>(part.y) - shift) * inverse};
  }

  const kernels::WarpGrid grid{std::llround(source_from_patch.tx * kOne),
                               std::llround(source_from_patch.ty * kOne),
                               static_cast<std::int32_t>(std::lround(source_from_patch.a * kOne)),
                               static_cast<std::int32_t>(std::lround(source_from_patch.b * kOne))};
  variant.warp_patch(
      source, grid, {patch.row(0), patch.stride(), size.width, size.height, placement.is_mirrored});
}

}  // namespace eyelid::landmarks
