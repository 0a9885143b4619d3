// SPDX-License-Identifier: MIT
#include "training/detector/detector_loss.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "eyelid/synthesis/random.hpp"

namespace eyelid::training {
namespace {

constexpr std::size_t kNumbers = std::size_t{kDetectorAnchors} * kDetectorNumbers;

TrainingSample two_faces() {
  TrainingSample sample;
  LabeledFace face;
  face.box = {30, 20, 50, 50};
  for (std::size_t i = 0; i < 6; i++) {
    face.keypoints[i] = {35.0f + 6.0f * static_cast<float>(i), 40.0f};
    face.keypoint_weight[i] = i == 5 ? 0.0f : 0.5f + 0.1f * static_cast<float>(i);
  }
  sample.faces.push_back(face);
  face.box = {90, 90, 18, 18};
  sample.faces.push_back(face);
  sample.ignored.push_back({100, 5, 10, 10});
  return sample;
}

std::vector<float> random_numbers(std::uint64_t seed, double spread) {
  synthesis::Random random(seed, 0);
  std::vector<float> numbers(kNumbers);
  for (std::size_t i = 0; i < kNumbers; i++) {
    const double middle = i % 17 == 2 || i % 17 == 3 ? 30.0 : 0.0;
    numbers[i] = random.uniform_f(middle - spread, middle + spread);
  }
  return numbers;
}

class LossGradient : public testing::TestWithParam<Classification> {};

TEST_P(LossGradient, IsTheDerivative) {
  TrainingSample sample = two_faces();
  sample.teacher = random_numbers(2, 4.0);
  AnchorAssignment assignment;
  assign_anchors(sample, assignment);
  LossOptions options;
  options.classification = GetParam();
  options.distillation_weight = 0.7f;
  options.eye_weight = 1.5f;
  std::vector<float> outputs = random_numbers(1, 4.0), gradient(kNumbers), ignored(kNumbers);
  const auto loss = [&](std::span<float> target) {
    return sample_loss(options, sample, assignment, 3.0, outputs, target).total();
  };
  loss(gradient);
  int checked = 0;
  for (std::size_t i = 0; i < kNumbers; i += 7) {
    const float middle = outputs[i];
    constexpr float kStep = 1e-2f;
    outputs[i] = middle + kStep;
    const double above = loss(ignored);
    outputs[i] = middle - kStep;
    const double below = loss(ignored);
    outputs[i] = middle;
    const double slope = (above - below) / (2.0 * kStep);
    ASSERT_NEAR(gradient[i], slope, 2e-3 * std::abs(slope) + 2e-5) << i;
    if (slope != 0.0) checked++;
  }
  EXPECT_GT(checked, 200);
}

INSTANTIATE_TEST_SUITE_P(Kinds,
                         LossGradient,
                         testing::Values(Classification::Focal, Classification::HardNegative),
                         [](const auto& kind) {
                           return kind.param == Classification::Focal ? "Focal" : "HardNegative";
                         });

TEST(SampleLoss, IsNearlyZeroForTheRightNumbers) {
  const TrainingSample sample = two_faces();
  AnchorAssignment assignment;
  assign_anchors(sample, assignment);
  std::vector<float> outputs(kNumbers), gradient(kNumbers);
  for (std::size_t i = 0; i < kDetectorAnchors; i++) {
    float* row = &outputs[i * kDetectorNumbers];
    row[16] = assignment[i] >= 0 ? 12.0f : -12.0f;
    if (assignment[i] < 0) continue;
    const LabeledFace& face = sample.faces[static_cast<std::size_t>(assignment[i])];
    const Point center = hidden_anchors()[i].center();
    row[0] = face.box.center().x - center.x;
    row[1] = face.box.center().y - center.y;
    row[2] = face.box.width;
    row[3] = face.box.height;
    for (std::size_t k = 0; k < 6; k++) {
      row[4 + 2 * k] = face.keypoints[k].x - center.x;
      row[5 + 2 * k] = face.keypoints[k].y - center.y;
    }
  }
  const LossParts parts = sample_loss({}, sample, assignment, 1.0, outputs, gradient);
  EXPECT_LT(parts.total(), 1e-4);
  EXPECT_GE(parts.positives, 2.0);
}

TEST(AnchorMatching, GivesEveryFaceAnAnchorOfItsSizeAndIgnoresTheIgnored) {
  const TrainingSample sample = two_faces();
  AnchorAssignment assignment;
  assign_anchors(sample, assignment);
  for (std::int16_t face = 0; face < 2; face++) {
    const Rect& box = sample.faces[static_cast<std::size_t>(face)].box;
    int count = 0;
    for (std::size_t i = 0; i < assignment.size(); i++) {
      if (assignment[i] != face) continue;
      count++;
      EXPECT_GT(iou(hidden_anchors()[i], box), 0.4f);
    }
    EXPECT_GT(count, 0);
  }
  EXPECT_GT(std::count(assignment.begin(), assignment.end(), kIgnored), 0);
  EXPECT_GT(std::count(assignment.begin(), assignment.end(), kBackground), 700);
}

TEST(AnchorMatching, AsksNothingWhereAnIgnoredFaceLies) {
  TrainingSample sample;
  sample.ignored.push_back({40, 40, 60, 60});
  AnchorAssignment assignment;
  assign_anchors(sample, assignment);
  for (std::size_t i = 0; i < assignment.size(); i++) {
    EXPECT_LT(assignment[i], 0);
    if (iou(hidden_anchors()[i], sample.ignored[0]) > 0.36f) {
      EXPECT_EQ(assignment[i], kIgnored);
    }
  }
}

}  // namespace
}  // namespace eyelid::training
