// SPDX-License-Identifier: MIT
#include "eyelid/landmarks/patch.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "eyelid/core/error.hpp"

namespace eyelid::landmarks {
namespace {

// Brightness rises along x and y: a patch pixel tells where it was taken from.
GrayImage ramp(int width, int height, float per_x, float per_y) {
  GrayImage image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      image.row(y)[x] = static_cast<std::uint8_t>(
          std::lround(per_x * static_cast<float>(x) + per_y * static_cast<float>(y)));
    }
  }
  return image;
}

void expect_near(Point a, Point b, float tolerance) {
  EXPECT_NEAR(a.x, b.x, tolerance);
  EXPECT_NEAR(a.y, b.y, tolerance);
}

void expect_ramp(const GrayImage& patch, const PatchPlacement& placement, float px, float py) {
  for (int y = 0; y < patch.height(); ++y) {
    for (int x = 0; x < patch.width(); ++x) {
      const float unit = 1.0f / static_cast<float>(patch.width());
      const Point in_frame = placement.frame_from_normalized(
          {static_cast<float>(x) * unit, static_cast<float>(y) * unit});
      // One gray level: the frame itself is rounded.
      ASSERT_NEAR(patch.row(y)[x], px * in_frame.x + py * in_frame.y, 1.05f) << x << ' ' << y;
    }
  }
}

TEST(Patch, ATurnedBoxStandsARolledFaceUpright) {
  const Rect box{100.0f, 80.0f, 60.0f, 60.0f};
  const float angle = 0.4f;
  const Point along{20.0f * std::cos(angle), 20.0f * std::sin(angle)};
  const PatchPlacement turned = place_face_patch(box, along);
  EXPECT_NEAR(
      turned.frame_from_patch.scale(), place_face_patch(box).frame_from_patch.scale(), 1e-5f);
  const Point center = turned.normalized_from_frame(box.center()) * 112.0f;
  expect_near(center, {55.5f, 55.5f}, 1e-3f);
  const Point right = turned.normalized_from_frame(box.center() + along) * 112.0f;
  EXPECT_NEAR(right.y, center.y, 1e-3f);
  EXPECT_GT(right.x, center.x);
  EXPECT_FALSE(place_face_patch(box, Point{}).is_usable());
}

TEST(Patch, EyeCentersAndCornersLandWhereTheConstantsSay) {
  const Point right{210.0f, 190.0f};
  const Point left{280.0f, 170.0f};
  const PatchPlacement eyes = place_both_eyes_patch(right, left);
  const float shift = kEyeDistanceOnBothEyesPatch / 2;
  expect_near(eyes.normalized_from_frame(right) * 96.0f, {47.5f - shift, 27.5f}, 1e-3f);
  expect_near(eyes.normalized_from_frame(left) * 96.0f, {47.5f + shift, 27.5f}, 1e-3f);
  EXPECT_NEAR(eyes.frame_from_patch.scale(), distance(right, left) / 48.0f, 1e-5f);

  const PatchPlacement face = place_face_patch(right, left);
  expect_near((face.normalized_from_frame(left) - face.normalized_from_frame(right)) * 112.0f,
              {kEyeDistanceOnFacePatch, 0.0f},
              1e-3f);
}

TEST(Patch, UprightAndAlignedFacePatchesAgreeOnTheAverageFace) {
  // On the average face the eyes are 0.405 sides apart and 0.227 sides above the box center.
  const Rect box{100.0f, 80.0f, 200.0f, 200.0f};
  const PatchPlacement upright = place_face_patch(box);
  const PatchPlacement aligned = place_face_patch(Point{200.0f - 40.5f, 180.0f - 45.4f},
                                                  Point{200.0f + 40.5f, 180.0f - 45.4f});
  for (const Point p : {Point{0.0f, 0.0f}, Point{1.0f, 0.5f}}) {
    expect_near(upright.frame_from_normalized(p), aligned.frame_from_normalized(p), 0.3f);
  }
}

TEST(Patch, MirroredPlacementMapsBothWays) {
  const PatchPlacement left = place_one_eye_patch(Eye::Left, {300, 200}, {340, 210});
  expect_near(left.normalized_from_frame({300, 200}) * 64.0f, {47.5f, 23.5f}, 1e-3f);
  expect_near(left.normalized_from_frame({340, 210}) * 64.0f, {15.5f, 23.5f}, 1e-3f);
  expect_near(
      left.frame_from_normalized(left.normalized_from_frame({311, 190})), {311, 190}, 1e-3f);
}

TEST(Patch, LidPatchesShareTurnAndScaleOfBothEyes) {
  EyeLandmarks eyes;  // the right eye 36 wide and slanted, the left 44 wide and level
  eyes.right[0] = {184.0f, 196.0f};
  eyes.right[3] = {216.0f, 204.0f};
  eyes.left[0] = {278.0f, 200.0f};
  eyes.left[3] = {322.0f, 200.0f};
  const float mean_width = 0.5f * (std::sqrt(32.0f * 32.0f + 8.0f * 8.0f) + 44.0f);
  for (const Eye side : {Eye::Right, Eye::Left}) {
    const PatchPlacement patch = place_lid_patch(side, eyes);
    EXPECT_NEAR(patch.frame_from_patch.scale(), mean_width / 28.0f, 1e-5f);
    EXPECT_NEAR(patch.frame_from_patch.b, 0.0f, 1e-6f);  // the eye centers lie level
    const Point center = (eyes[side][0] + eyes[side][3]) * 0.5f;
    expect_near(patch.frame_from_middle({0.0f, 0.0f}), center, 1e-3f);
    // Toward the nose, on the right of every patch.
    const float inward = side == Eye::Right ? 1.0f : -1.0f;
    expect_near(patch.frame_from_middle({14.0f, 7.0f}),
                center + Point{inward * 0.5f, 0.25f} * mean_width,
                1e-3f);
  }
  eyes.left = eyes.right;
  EXPECT_FALSE(place_lid_patch(Eye::Left, eyes).is_usable());
}

TEST(Patch, CutsWhatThePlacementSays) {
  const GrayImage frame = ramp(400, 300, 0.3f, 0.4f);
  PatchCutter cutter;
  GrayImage patch;
  for (const float distance_px : {20.0f, 48.0f, 70.0f, 100.0f}) {
    const Point last{200.0f + distance_px, 160.0f - 0.3f * distance_px};
    const PatchPlacement placement = place_both_eyes_patch({200, 160}, last);
    cutter.cut(frame, placement, patch);
    EXPECT_EQ(patch.width(), 96);
    EXPECT_EQ(patch.height(), 56);
    expect_ramp(patch, placement, 0.3f, 0.4f);
    const PatchPlacement mirrored = place_one_eye_patch(Eye::Left, {200, 160}, last);
    cutter.cut(frame, mirrored, patch);
    expect_ramp(patch, mirrored, 0.3f, 0.4f);
  }
}

TEST(Patch, MirroredEyeIsTheMirrorImageOfTheOther) {
  // A frame that is its own mirror image: the left eye's patch must equal the right eye's.
  GrayImage frame(200, 100);
  for (int y = 0; y < 100; ++y) {
    for (int x = 0; x < 100; ++x) {
      frame.row(y)[x] = frame.row(y)[199 - x] =
          static_cast<std::uint8_t>((x * x * 7 + y * x * 3 + y * 11) % 251);
    }
  }
  PatchCutter cutter;
  GrayImage right;
  GrayImage left;
  cutter.cut(frame, place_one_eye_patch(Eye::Right, {40, 50}, {72, 48}), right);
  cutter.cut(frame, place_one_eye_patch(Eye::Left, {127, 48}, {159, 50}), left);
  int largest = 0;
  for (int y = 0; y < right.height(); ++y) {
    for (int x = 0; x < right.width(); ++x) {
      largest = std::max(largest, std::abs(right.row(y)[x] - left.row(y)[x]));
    }
  }
  EXPECT_LE(largest, 2);  // positions are rounded to 1/256 pixel, from the other side
}

TEST(Patch, FineFramesAreAveragedNotAliased) {
  // Stripes of one pixel vanish to their mean when four frame pixels make a patch pixel.
  GrayImage frame(800, 600);
  for (int y = 0; y < 600; ++y) {
    for (int x = 0; x < 800; ++x) frame.row(y)[x] = x % 2 == 0 ? 0 : 200;
  }
  PatchCutter cutter;
  GrayImage patch;
  cutter.cut(frame, place_both_eyes_patch({300, 300}, {492, 300}), patch);
  for (int x = 0; x < patch.width(); ++x) ASSERT_EQ(patch.row(20)[x], 100);
}

TEST(Patch, ClampsAtEveryBorderAndFarOutside) {
  const GrayImage frame = ramp(64, 48, 1.0f, 2.0f);
  PatchCutter cutter;
  GrayImage patch;
  for (const float x : {-5000.0f, -20.0f, 60.0f, 9000.0f}) {
    for (const float y : {-7000.0f, 0.0f, 50.0f, 8000.0f}) {
      for (const float size : {3.0f, 30.0f, 3000.0f}) {
        cutter.cut(frame, place_both_eyes_patch({x, y}, {x + size, y + 0.2f * size}), patch);
      }
    }
  }
  cutter.cut(frame, place_both_eyes_patch({-900, -900}, {-852, -900}), patch);
  EXPECT_EQ(patch.row(0)[0], frame.row(0)[0]);
  cutter.cut(frame, place_both_eyes_patch({900, 900}, {948, 900}), patch);
  EXPECT_EQ(patch.row(55)[95], frame.row(47)[63]);
}

TEST(Patch, RefusesDegeneratePlacements) {
  EXPECT_FALSE(place_both_eyes_patch({5, 5}, {5, 5}).is_usable());
  EXPECT_FALSE(place_both_eyes_patch({NAN, 5}, {9, 5}).is_usable());
  EXPECT_FALSE(place_face_patch(Rect{0, 0, 0, 0}).is_usable());
  GrayImage frame(10, 10);
  GrayImage patch;
  PatchCutter cutter;
  EXPECT_THROW(cutter.cut(frame, place_both_eyes_patch({5, 5}, {5, 5}), patch), ContractError);
}

TEST(Patch, MirroringTwiceIsTheIdentity) {
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(mirrored_eye_point(mirrored_eye_point(i)), i);
  for (std::size_t i = 0; i < 68; ++i) EXPECT_EQ(kMirroredFacePoint[kMirroredFacePoint[i]], i);
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(kMirroredFacePoint[kRightEyeBegin + i], kLeftEyeBegin + mirrored_eye_point(i));
  }
}

}  // namespace
}  // namespace eyelid::landmarks
