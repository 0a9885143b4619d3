// SPDX-License-Identifier: MIT
#include "eyelid/evaluation/landmark_accuracy.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "eyelid/core/error.hpp"

namespace eyelid::evaluation {
namespace {

// An eye 30 px wide from x on; both pairs of lids `gap` apart, so EAR = gap / 30.
EyePoints eye(float x, float gap) {
  const float half = 0.5f * gap;
  return {{{x, 0}, {x + 10, -half}, {x + 20, -half}, {x + 30, 0}, {x + 20, half}, {x + 10, half}}};
}

// Outer-eye distance 100.
EyeLandmarks eyes(float right_gap, float left_gap) {
  return {eye(0, right_gap), eye(70, left_gap)};
}

void add_eyes(LandmarkAccuracyCounter& counter,
              const EyeLandmarks& found,
              const EyeLandmarks& annotated) {
  counter.add(found.right, annotated.right, found, annotated, true);
}

TEST(MeanFigure, MatchesHandCalculation) {
  const std::array values = {1.0, 2.0, 3.0, 6.0};
  const MeanFigure figure = mean_figure(values);
  EXPECT_EQ(figure.count, 4u);
  EXPECT_DOUBLE_EQ(figure.mean, 3.0);
  // Deviations -2 -1 0 3: variance 14 / 3, standard error sqrt(14 / 12).
  EXPECT_NEAR(figure.half_interval.value(), 1.96 * std::sqrt(14.0 / 12.0), 1e-12);
  EXPECT_FALSE(mean_figure(std::array{1.0}).half_interval.has_value());
  EXPECT_EQ(mean_figure({}).count, 0u);
}

TEST(NormalisedMeanError, IsMeanDistanceOverEyeDistance) {
  const std::array<Point, 2> annotated = {{{0, 0}, {10, 10}}};
  const std::array<Point, 2> found = {{{3, 4}, {10, 11}}};
  EXPECT_DOUBLE_EQ(normalized_mean_error(found, annotated, 60.0), 3.0 / 60.0);
  EXPECT_THROW(normalized_mean_error(found, annotated, 0.0), ContractError);
}

TEST(ClosedEyeAuc, CountsOrderedPairs) {
  // Closed found at 0.1 and 0.3; open at 0.2, 0.3, 0.4: 3 + 1.5 of 6 pairs in order.
  const std::vector<EarPair> pairs = {
      {0.05, 0.1}, {0.1, 0.3}, {0.15, 0.0}, {0.2, 0.2}, {0.3, 0.3}, {0.4, 0.4}};
  EXPECT_DOUBLE_EQ(closed_eye_auc(pairs).value(), 4.5 / 6.0);
  EXPECT_FALSE(closed_eye_auc(std::vector<EarPair>{{0.05, 0.1}}).has_value());
}

TEST(LandmarkAccuracy, SortsEyesByAnnotatedOpening) {
  LandmarkAccuracyCounter counter;
  // Annotated EAR 0.05 and 0.15, found 0.15 and 0.25; then 0.3 twice, found exactly and 0.36.
  add_eyes(counter, eyes(4.5f, 7.5f), eyes(1.5f, 4.5f));
  add_eyes(counter, eyes(9.0f, 10.8f), eyes(9.0f, 9.0f));
  const LandmarkAccuracy figures = counter.summary();
  EXPECT_EQ(figures.ear_error.count, 4u);
  EXPECT_NEAR(figures.ear_error.mean, 0.065, 1e-6);
  EXPECT_EQ(figures.ear_error_closed.count, 1u);
  EXPECT_NEAR(figures.ear_error_closed.mean, 0.1, 1e-6);
  EXPECT_EQ(figures.ear_error_half_closed.count, 1u);
  EXPECT_NEAR(figures.ear_error_half_closed.mean, 0.1, 1e-6);
  EXPECT_EQ(figures.ear_error_open.count, 2u);
  EXPECT_NEAR(figures.ear_error_open.mean, 0.03, 1e-6);
  EXPECT_DOUBLE_EQ(figures.closed_auc.value(), 1.0);
}

TEST(LandmarkAccuracy, MissedAndWideFacesAreFailures) {
  LandmarkAccuracyCounter counter(0.10);
  const EyeLandmarks annotated = eyes(9, 9);
  EyeLandmarks found = annotated;
  counter.add_missed();
  add_eyes(counter, found, annotated);
  for (Point& p : found.right) p.x += 9.0f;  // 0.09 of the eye distance
  add_eyes(counter, found, annotated);
  for (Point& p : found.right) p.x += 2.0f;  // 0.11
  counter.add(found.right, annotated.right, found, annotated, false);
  const LandmarkAccuracy figures = counter.summary();
  EXPECT_EQ(figures.faces, 4u);
  EXPECT_EQ(figures.missed, 1u);
  EXPECT_EQ(figures.doubtful, 1u);
  EXPECT_EQ(figures.failures, 2u);
  EXPECT_DOUBLE_EQ(figures.failure_rate, 0.5);
  EXPECT_EQ(figures.nme.count, 3u);
  EXPECT_NEAR(figures.nme.mean, 0.2 / 3.0, 1e-6);
  EXPECT_NEAR(figures.nme_median, 0.09, 1e-6);
}

}  // namespace
}  // namespace eyelid::evaluation
