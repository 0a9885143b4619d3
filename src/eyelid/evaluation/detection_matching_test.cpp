// SPDX-License-Identifier: MIT
#include "eyelid/evaluation/detection_matching.hpp"

#include <gtest/gtest.h>

namespace eyelid::evaluation {
namespace {

FaceBox detection(float x, float score) { return {{x, 0, 100, 100}, score, std::nullopt}; }

TEST(DetectionMatching, CountsHitsMissesAndFalseOnes) {
  const std::vector<AnnotatedBox> faces = {{{0, 0, 100, 100}}, {{500, 0, 100, 100}}};
  const std::vector<FaceBox> detections = {detection(20, 0.9f), detection(900, 0.8f)};
  const DetectionMatch match = match_detections(detections, faces, 0.5);
  EXPECT_EQ(match.true_positives, 1u);
  EXPECT_EQ(match.false_positives, 1u);
  EXPECT_EQ(match.false_negatives, 1u);
}

TEST(DetectionMatching, ThresholdIsInclusive) {
  const std::vector<AnnotatedBox> faces = {{{0, 0, 100, 100}}};
  // Boxes of 100 shifted by 20 share 80 of 120: an IoU of two thirds.
  const std::vector<FaceBox> detections = {detection(20, 0.9f)};
  EXPECT_EQ(match_detections(detections, faces, 0.666).true_positives, 1u);
  EXPECT_EQ(match_detections(detections, faces, 0.667).true_positives, 0u);
}

TEST(DetectionMatching, BetterScoreChoosesFirst) {
  const std::vector<AnnotatedBox> faces = {{{0, 0, 100, 100}}, {{30, 0, 100, 100}}};
  // The weaker lies exactly on face 1, but the stronger fits that face best and is served first;
  // what is left for the weaker is face 0 at an IoU of 70 / 130.
  const std::vector<FaceBox> detections = {detection(30, 0.6f), detection(28, 0.9f)};
  EXPECT_EQ(match_detections(detections, faces, 0.5).true_positives, 2u);
  EXPECT_EQ(match_detections(detections, faces, 0.6).true_positives, 1u);
  EXPECT_EQ(match_detections(detections, faces, 0.6).false_positives, 1u);
}

TEST(DetectionMatching, TwoDetectionsDoNotShareAFace) {
  const std::vector<AnnotatedBox> faces = {{{0, 0, 100, 100}}};
  const std::vector<FaceBox> detections = {detection(0, 0.9f), detection(2, 0.8f)};
  EXPECT_EQ(match_detections(detections, faces, 0.5).false_positives, 1u);
}

TEST(DetectionMatching, IgnoredFacesAreNoHitAndNoMissAndExcuseDetections) {
  const std::vector<AnnotatedBox> faces = {{{0, 0, 100, 100}, true}};
  DetectionMatch match = match_detections(std::vector<FaceBox>{}, faces, 0.5);
  EXPECT_EQ(match.false_negatives, 0u);
  match = match_detections(std::vector{detection(10, 0.9f)}, faces, 0.5);
  EXPECT_EQ(match.true_positives + match.false_positives, 0u);
  // IoU 1/3, but exactly half of the detection lies on the face.
  match = match_detections(std::vector{detection(50, 0.9f)}, faces, 0.5);
  EXPECT_EQ(match.false_positives, 0u);
  match = match_detections(std::vector{detection(51, 0.9f)}, faces, 0.5);
  EXPECT_EQ(match.false_positives, 1u);
}

}  // namespace
}  // namespace eyelid::evaluation
