// SPDX-License-Identifier: MIT
#include "eyelid/detection/blazeface_face_detector.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <random>

#include "eyelid/core/error.hpp"
#include "eyelid/detection/weighted_suppression.hpp"

namespace eyelid::detection {
namespace {

TEST(Anchors, LieOnTheCentersOfBothMaps) {
  EXPECT_EQ(anchor_center(0), (Point{4.0f, 4.0f}));
  EXPECT_EQ(anchor_center(1), (Point{4.0f, 4.0f}));
  EXPECT_EQ(anchor_center(2), (Point{12.0f, 4.0f}));
  EXPECT_EQ(anchor_center(32), (Point{4.0f, 12.0f}));
  EXPECT_EQ(anchor_center(511), (Point{124.0f, 124.0f}));
  EXPECT_EQ(anchor_center(512), (Point{8.0f, 8.0f}));
  EXPECT_EQ(anchor_center(518), (Point{24.0f, 8.0f}));
  EXPECT_EQ(anchor_center(895), (Point{120.0f, 120.0f}));
}

TEST(BoxDecoding, AddsOffsetsToTheAnchor) {
  std::array<float, 16> numbers{};
  numbers[0] = 2.0f, numbers[1] = -1.0f, numbers[2] = 20.0f, numbers[3] = 10.0f;
  for (std::size_t i = 4; i < 16; i++) numbers[i] = static_cast<float>(i);
  const FaceCandidate face = decode_box(numbers.data(), {50.0f, 60.0f}, 0.9f);
  EXPECT_EQ(face.box, (Rect{42.0f, 54.0f, 20.0f, 10.0f}));
  EXPECT_EQ(face.keypoints[0], (Point{54.0f, 65.0f}));
  EXPECT_EQ(face.keypoints[5], (Point{64.0f, 75.0f}));
  EXPECT_NEAR(sigmoid(logit_of(0.75f)), 0.75f, 1e-6f);
  numbers[2] = -3.0f;
  EXPECT_EQ(decode_box(numbers.data(), {}, 0.5f).box.width, 0.0f);
}

FaceCandidate face_at(float x, float y, float size, float score) {
  FaceKeypoints keypoints;
  keypoints.fill({x, y});
  return {{x, y, size, size}, keypoints, score};
}

std::vector<FaceCandidate> joined(const std::vector<FaceCandidate>& candidates) {
  const auto joiner = std::make_unique<CandidateJoiner>();
  std::vector<FaceCandidate> faces(5);
  for (const FaceCandidate& candidate : candidates) joiner->add(candidate);
  joiner->join(0.3f, faces);
  return faces;
}

TEST(WeightedSuppression, BlendsOverlapsByScore) {
  const auto faces =
      joined({face_at(100, 0, 10, 0.6f), face_at(2, 0, 10, 0.5f), face_at(0, 0, 10, 0.75f)});
  ASSERT_EQ(faces.size(), 2u);
  EXPECT_FLOAT_EQ(faces[0].score, 0.75f);  // the best one's, not the mean
  EXPECT_FLOAT_EQ(faces[0].box.x, 2.0f * 0.5f / 1.25f);
  EXPECT_FLOAT_EQ(faces[0].box.width, 10.0f);
  EXPECT_FLOAT_EQ(faces[0].keypoints[3].x, 0.8f);
  EXPECT_FLOAT_EQ(faces[1].box.x, 100.0f);
}

TEST(WeightedSuppression, KeepsEmptyBoxesApartAndEnds) {
  EXPECT_EQ(joined(std::vector<FaceCandidate>(40, face_at(5, 5, 0, 0.5f))).size(), 40u);
}

TEST(WeightedSuppression, KeepsEqualScoresInTheOrderTheyCameIn) {
  const auto faces =
      joined({face_at(300, 0, 10, 0.5f), face_at(100, 0, 10, 0.5f), face_at(200, 0, 10, 0.6f)});
  ASSERT_EQ(faces.size(), 3u);
  EXPECT_FLOAT_EQ(faces[0].box.x, 200.0f);
  EXPECT_FLOAT_EQ(faces[1].box.x, 300.0f);
  EXPECT_FLOAT_EQ(faces[2].box.x, 100.0f);
}

/// Weights that see nothing but an offset: every score is the bias of its head.
networks::BlazeFaceWeights constant_weights(float score_16, float score_8) {
  networks::BlazeFaceWeights weights;
  networks::for_each_convolution(
      weights, [](const std::string&, auto& layer, const std::vector<std::size_t>& shape) {
        layer.weights.assign(shape[0] * shape[1] * shape[2] * shape[3], 0.0f);
        layer.bias.assign(shape[0], 0.0f);
      });
  weights.scores_16.bias.assign(2, score_16);
  weights.scores_8.bias = {-9.0f, -9.0f, -9.0f, score_8, -9.0f, -9.0f};
  for (std::size_t slot = 0; slot < 6; slot++) {
    weights.boxes_8.bias[16 * slot + 2] = 4.0f;  // boxes of 4x4 do not overlap
    weights.boxes_8.bias[16 * slot + 3] = 4.0f;
    weights.boxes_8.bias[16 * slot + 4] = 1.0f;  // right eye 1 px right of the anchor
  }
  return weights;
}

TEST(BlazeFaceFaceDetector, MapsAnchorsBackToTheFrame) {
  const auto detector = make_blazeface_detector(constant_weights(-9.0f, 2.0f));
  EXPECT_EQ(detector->name(), "blazeface");
  GrayImage frame(640, 480);
  for (int y = 0; y < 480; y++) std::fill_n(frame.row(y), 640, std::uint8_t{100});
  std::vector<FaceBox> faces;
  detector->detect(frame, faces);
  ASSERT_EQ(faces.size(), 64u);  // one anchor of each cell of the 8x8 map
  // First anchor (8, 8) of the input; 5 frame pixels per input pixel, 80 px of border above.
  EXPECT_FLOAT_EQ(faces[0].box.x, (8.0f - 2.0f) * 5.0f);
  EXPECT_FLOAT_EQ(faces[0].box.y, (8.0f - 2.0f) * 5.0f - 80.0f);
  EXPECT_FLOAT_EQ(faces[0].box.width, 20.0f);
  EXPECT_FLOAT_EQ((*faces[0].keypoints)[0].x, 9.0f * 5.0f - 0.5f);
  EXPECT_NEAR(faces[0].score, sigmoid(2.0f), 1e-6f);
  // A clone is independent and equal.
  std::vector<FaceBox> again;
  detector->clone()->detect(frame, again);
  ASSERT_EQ(again.size(), faces.size());
  EXPECT_EQ(again[10].box, faces[10].box);
}

TEST(BlazeFaceFaceDetector, FindsNothingBelowTheThreshold) {
  const auto detector = make_blazeface_detector(constant_weights(-1.0f, -1.0f));
  std::vector<FaceBox> faces(1);
  for (const auto& [width, height] : {std::pair(1, 1), {5, 700}, {128, 128}}) {
    GrayImage frame(width, height);
    for (int y = 0; y < height; y++) std::fill_n(frame.row(y), width, std::uint8_t{50});
    detector->detect(frame, faces);
    EXPECT_TRUE(faces.empty());
  }
  EXPECT_THROW(make_blazeface_detector(constant_weights(0, 0), {.score_threshold = 0.0f}),
               ContractError);
}

TEST(BlazeFaceFaceDetector, SaysWhereTheTimeOfADetectionWent) {
  const auto detector = make_blazeface_detector(constant_weights(-1.0f, -1.0f));
  EXPECT_FALSE(detector->last_steps());
  const GrayImage frame = [] {
    GrayImage image(640, 480);
    for (int y = 0; y < 480; y++) std::fill_n(image.row(y), 640, std::uint8_t{50});
    return image;
  }();
  std::vector<FaceBox> faces;
  const auto begin = std::chrono::steady_clock::now();
  detector->detect(frame, faces);
  const auto whole = std::chrono::steady_clock::now() - begin;
  ASSERT_TRUE(detector->last_steps());
  const DetectionSteps steps = *detector->last_steps();
  EXPECT_GT(steps.network, std::chrono::nanoseconds::zero());
  EXPECT_LE(steps.pre_processing + steps.network + steps.post_processing, whole);
}

}  // namespace
}  // namespace eyelid::detection
