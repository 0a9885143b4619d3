// SPDX-License-Identifier: MIT
#include "eyelid/landmarks/eye_landmarker.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "eyelid/landmarks/face_following.hpp"
#include "eyelid/landmarks/patch.hpp"
#include "eyelid/landmarks/plausibility.hpp"
#include "eyelid/landmarks/random_shape_model.hpp"
#include "random_point_network.hpp"

namespace eyelid::landmarks {
namespace {

void expect_near(Point a, Point b, float tolerance) {
  EXPECT_NEAR(a.x, b.x, tolerance);
  EXPECT_NEAR(a.y, b.y, tolerance);
}

// A right eye on its patch: corners where the placement puts them, lids 5 pixels above, 3 below.
EyePoints eye_on_patch(float raise) {
  return {Point{15.5f, 23.5f},
          {26.0f, 18.5f - raise},
          {37.0f, 18.5f - raise},
          {47.5f, 23.5f},
          {36.0f, 26.5f},
          {27.0f, 26.5f}};
}

// The same eye on the lid finder's patch, its upper lid raised by what would be 2 pixels there.
EyePoints lids_on_patch() {
  EyePoints lids = eye_on_patch(2.0f);
  for (Point& p : lids) p = kLidPatch.middle() + (p - kOneEyePatch.middle()) * (28.0f / 32.0f);
  return lids;
}

// A model that always answers its mean shape: what is left to see is placement, mirroring, order.
ShapeModel constant_model(std::vector<Point> points_px, float patch_width) {
  auto description = random_shape_model({points_px.size(), 1, 1, 1, 4}, 1);
  for (Point& p : points_px) p = p * (1.0f / patch_width);
  description.mean_shape = points_px;
  for (auto& feature : description.cascades[0].features) feature.anchor = 0;
  std::fill(description.cascades[0].leaves.begin(), description.cascades[0].leaves.end(), 0.0f);
  return ShapeModel(description, LeafType::F32);
}

std::vector<Point> twelve_on_patch() {
  // Two eyes 20 px wide with their centers at (23.5, 27.5) and (71.5, 27.5).
  std::vector<Point> points;
  for (const float x : {23.5f, 71.5f}) {
    for (const Point p : {Point{-10, 0}, {-4, -4}, {4, -4}, {10, 0}, {4, 4}, {-4, 4}}) {
      points.push_back(Point{x, 27.5f} + p);
    }
  }
  return points;
}

// A network that always answers these points of its patch, in its unit.
std::shared_ptr<const networks::PackedPointNetwork> constant_network(
    const networks::PointNetworkShape& shape, std::span<const Point> points_px, float unit_px) {
  networks::PointNetworkWeights weights = networks::random_point_network(shape, 1);
  networks::PointLayer& last = weights.denses.back();
  std::fill(last.weights.begin(), last.weights.end(), 0.0f);
  const Point middle = PatchSize{shape.width, shape.height}.middle();
  for (std::size_t i = 0; i < points_px.size(); ++i) {
    const Point found = (points_px[i] - middle) * (1.0f / unit_px);
    last.bias[2 * i] = found.x;
    last.bias[2 * i + 1] = found.y;
  }
  return networks::pack_point_network(weights);
}

std::vector<Point> face_on_patch() {
  std::vector<Point> points(68, Point{55.5f, 80.0f});
  const auto eyes = twelve_on_patch();
  for (std::size_t i = 0; i < 12; ++i) {
    const float x = i < 6 ? eyes[i].x - 23.5f + 40.38f : eyes[i].x - 71.5f + 70.62f;
    points[36 + i] = {x, eyes[i].y - 27.5f + 38.55f};
  }
  return points;
}

std::shared_ptr<const LandmarkModels> constant_models() {
  const EyePoints eye = eye_on_patch(0.0f);
  const std::vector<Point> face = face_on_patch();
  std::vector<Point> eye_region(face.begin() + 17, face.begin() + 27);
  eye_region.insert(eye_region.end(), face.begin() + 36, face.begin() + 48);
  return std::make_shared<const LandmarkModels>(
      LandmarkModels{constant_model(eye_region, 112.0f),
                     constant_model(face_on_patch(), 112.0f),
                     constant_network(networks::kEyeFinder, twelve_on_patch(), 48.0f),
                     constant_network(networks::kLidFinder, lids_on_patch(), 28.0f),
                     constant_model({eye.begin(), eye.end()}, 64.0f)});
}

FaceBox face_at(Point right, Point left) {
  EyeLandmarks eyes;
  eyes.right.fill(right);
  eyes.left.fill(left);
  return carry_face({{}, 0.9f, std::nullopt}, eyes);
}

TEST(EyeLandmarker, PutsTheModelsWhereTheKeypointsAre) {
  const GrayImage frame = random_gray_image(640, 480, 3);
  EyeLandmarker landmarker(constant_models());
  const FaceBox face = face_at({250, 200}, {346, 200});  // twice the both-eyes patch, level
  const FacePoints found = landmarker.locate(frame, face, PointCount::SixtyEight);
  // The eye finder finds eyes 40 px wide around the keypoints; the one-eye patch has 32 px. The
  // upper lids of ensemble and lid finder lie 2 px of that patch apart: their mean counts.
  expect_near(found.eyes.right[0], {230, 200}, 0.01f);
  expect_near(found.eyes.right[3], {270, 200}, 0.01f);
  expect_near(found.eyes.left[0], {326, 200}, 0.01f);
  expect_near(found.eyes.left[3], {366, 200}, 0.01f);
  expect_near(found.eyes.right[1], {230 + 10.5f * 1.25f, 200 - 6 * 1.25f}, 0.01f);
  expect_near(found.eyes.right[5], {230 + 11.5f * 1.25f, 200 + 3 * 1.25f}, 0.01f);
  // The left eye is the mirror image about x = 298.
  for (std::size_t i = 0; i < 6; ++i) {
    const Point p = found.eyes.right[mirrored_eye_point(i)];
    expect_near(found.eyes.left[i], {2 * 298 - p.x, p.y}, 0.01f);
  }
  EXPECT_TRUE(found.is_trustworthy());
  ASSERT_TRUE(found.points);
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ((*found.points)[36 + i], found.eyes.right[i]);
    EXPECT_EQ((*found.points)[42 + i], found.eyes.left[i]);
  }
}

TEST(EyeLandmarker, FollowsRotatedFaces) {
  const GrayImage frame = random_gray_image(640, 480, 3);
  EyeLandmarker landmarker(constant_models());
  const FacePoints found =
      landmarker.locate(frame, face_at({300, 150}, {360, 230}), PointCount::Twelve);
  EXPECT_TRUE(found.is_trustworthy());
  EXPECT_FALSE(found.points);
  const Point corner_line = found.eyes.left[3] - found.eyes.left[0];
  EXPECT_NEAR(corner_line.y / corner_line.x, 80.0f / 60.0f, 1e-3f);
}

TEST(EyeLandmarker, ABoxAloneStartsFromSixtyEightPoints) {
  const GrayImage frame = random_gray_image(640, 480, 3);
  EyeLandmarker landmarker(constant_models());
  FaceBox face = face_at({250, 200}, {346, 200});
  const FacePoints with_keypoints = landmarker.locate(frame, face, PointCount::Twelve);
  face.keypoints.reset();
  const FacePoints box_only = landmarker.locate(frame, face, PointCount::Twelve);
  EXPECT_TRUE(box_only.is_trustworthy());
  for (std::size_t i = 0; i < 6; ++i) {
    expect_near(box_only.eyes.right[i], with_keypoints.eyes.right[i], 0.7f);
    expect_near(box_only.eyes.left[i], with_keypoints.eyes.left[i], 0.7f);
  }
}

TEST(EyeLandmarker, DistrustsWhatCannotBeEyes) {
  const GrayImage frame = random_gray_image(640, 480, 3);
  EyeLandmarker landmarker(constant_models());
  const auto is_trusted = [&](Point right, Point left) {
    return landmarker.locate(frame, face_at(right, left), PointCount::Twelve).is_trustworthy();
  };
  EXPECT_TRUE(is_trusted({250, 200}, {346, 200}));
  EXPECT_FALSE(is_trusted({250, 200}, {258, 200}));  // too small
  EXPECT_FALSE(is_trusted({250, 200}, {250, 200}));  // no pair
  EXPECT_FALSE(is_trusted({NAN, 200}, {250, 200}));  // no number
  EXPECT_FALSE(is_trusted({9e8f, 9e8f}, {9.1e8f, 9e8f}));
  FaceBox elsewhere = face_at({250, 200}, {346, 200});
  elsewhere.box = {0, 0, 100, 100};
  EXPECT_FALSE(landmarker.locate(frame, elsewhere, PointCount::Twelve).is_trustworthy());
}

TEST(EyeLandmarker, AnEyeBeyondTheBorderLeavesTheOther) {
  const GrayImage frame = random_gray_image(640, 480, 3);
  EyeLandmarker landmarker(constant_models());
  const FaceBox face = face_at({10, 200}, {106, 200});  // the right eye across the border
  const auto found = landmarker.locate(frame, face, PointCount::Twelve).trusted_eyes;
  EXPECT_FALSE(found.right);
  EXPECT_TRUE(found.left);
}

TEST(EyeLandmarker, CarriedFaceDoesNotDrift) {
  const GrayImage frame = random_gray_image(640, 480, 3);
  EyeLandmarker landmarker(constant_models());
  FaceBox face = face_at({250, 200}, {346, 210});
  const FaceBox start = face;
  for (int i = 0; i < 100; ++i) {
    FacePoints points = landmarker.locate(frame, face, PointCount::Twelve);
    face = carry_face(face, points.eyes);
  }
  // The constant models' eye centers lie slightly off the keypoints, by the same vector each time;
  // what must not happen is that size or roll change.
  EXPECT_NEAR(face.box.width, start.box.width, 1.0f);
  EXPECT_EQ(face.score, 0.9f);
  EXPECT_EQ(carry_face(start, EyeLandmarks{}).box, start.box);
}

bool can_be_a_pair(const EyeLandmarks& eyes, const FrameView& frame) {
  const PerEye<bool> is_measurable = measurable_eyes({eyes, eyes}, frame);
  return is_measurable.right && is_measurable.left && are_alike(eyes);
}

TEST(Plausibility, KnowsTheProportionsOfEyes) {
  const FrameView frame{nullptr, 640, 480, 640};
  EyeLandmarks good;
  for (std::size_t i = 0; i < 6; ++i) {
    good.right[i] = twelve_on_patch()[i] * 2.0f + Point{200, 100};
    good.left[i] = twelve_on_patch()[6 + i] * 2.0f + Point{200, 100};
  }
  EXPECT_TRUE(can_be_a_pair(good, frame));
  EyeLandmarks bad = good;
  std::swap(bad.right, bad.left);  // sides exchanged
  EXPECT_FALSE(can_be_a_pair(bad, frame));
  bad = good;
  for (Point& p : bad.left) p.y += 60.0f;  // eyes not along their line
  EXPECT_FALSE(can_be_a_pair(bad, frame));
  bad = good;
  bad.right[1].y -= 40.0f;  // a lid far away
  EXPECT_FALSE(can_be_a_pair(bad, frame));
  bad = good;
  bad.right[2].x = NAN;
  EXPECT_FALSE(can_be_a_pair(bad, frame));
  bad = good;
  for (Point& p : bad.left) p = eye_center(good.left) + (p - eye_center(good.left)) * 0.3f;
  EXPECT_FALSE(can_be_a_pair(bad, frame));
  bad = good;
  for (Point& p : bad.left) p.x += 10.0f;
  EXPECT_TRUE(stages_agree(good.left, bad.left));  // a quarter of the eye's width
  for (Point& p : bad.left) p.x += 5.0f;
  EXPECT_FALSE(stages_agree(good.left, bad.left));
}

TEST(Plausibility, JudgesEachEyeByItselfAndTwoAsAPair) {
  EyeLandmarks eyes;
  for (std::size_t i = 0; i < 6; ++i) {
    eyes.right[i] = twelve_on_patch()[i] * 2.0f + Point{200, 100};
    eyes.left[i] = twelve_on_patch()[6 + i] * 2.0f + Point{200, 100};
  }
  const Rect box = face_at(eye_center(eyes.right), eye_center(eyes.left)).box;
  constexpr float kNo = kNotAvailable;
  const auto trusted = [&](PerEye<float> presence, float face_score = 0.9f) {
    return judged_eyes(eyes, presence, box, face_score).trusted;
  };
  EXPECT_EQ(trusted({0.5f, 0.5f}), (PerEye<bool>{true, true}));
  EXPECT_EQ(trusted({0.5f, kNo}), (PerEye<bool>{true, false}));
  EXPECT_EQ(trusted({-0.5f, 0.5f}), (PerEye<bool>{false, true}));
  EXPECT_EQ(trusted({kNo, -0.5f}), (PerEye<bool>{false, false}));
  // Where the detector is unsure, the eyes must be surer.
  const float unsure = kUnsureFace - 0.01f;
  EXPECT_EQ(trusted({0.1f, 0.2f}), (PerEye<bool>{true, true}));
  EXPECT_EQ(trusted({0.1f, 0.2f}, unsure), (PerEye<bool>{false, false}));
  EXPECT_EQ(trusted({0.4f, 0.3f}, unsure), (PerEye<bool>{true, true}));
  EXPECT_EQ(trusted({0.4f, kNo}), (PerEye<bool>{true, false}));
  EXPECT_EQ(trusted({0.4f, kNo}, unsure), (PerEye<bool>{false, false}));
  const auto doubted = [&](PerEye<float> presence) {
    return judged_eyes(eyes, presence, box, 0.9f).doubted;
  };
  EXPECT_EQ(doubted({0.5f, 0.5f}), (PerEye<bool>{false, false}));
  EXPECT_EQ(doubted({0.5f, -0.3f}), (PerEye<bool>{false, true}));
  EXPECT_EQ(doubted({-0.3f, -0.3f}), (PerEye<bool>{true, true}));
  EXPECT_EQ(doubted({kLeastDoubted - 0.01f, kNo}), (PerEye<bool>{false, false}));
  // Far too large for the box, alone or as a pair.
  const Rect small{box.x, box.y, 0.2f * box.width, 0.2f * box.height};
  EXPECT_EQ(judged_eyes(eyes, {0.5f, 0.5f}, small, 0.9f).trusted, (PerEye<bool>{false, false}));
  EXPECT_EQ(judged_eyes(eyes, {0.5f, kNo}, small, 0.9f).trusted, (PerEye<bool>{false, false}));
  // One much smaller: no pair, but what is left when one of them is covered may be an eye.
  for (Point& p : eyes.left) p = eye_center(eyes.left) + (p - eye_center(eyes.left)) * 0.3f;
  EXPECT_EQ(trusted({0.5f, 0.5f}), (PerEye<bool>{false, false}));
  EXPECT_EQ(trusted({0.5f, kNo}), (PerEye<bool>{true, false}));
}

}  // namespace
}  // namespace eyelid::landmarks
