// SPDX-License-Identifier: MIT
#include "eyelid/evaluation/average_precision.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace eyelid::evaluation {
namespace {

TEST(AveragePrecision, IsOneWhenEveryFaceComesBeforeEveryMistake) {
  PrecisionRecallCurve curve;
  curve.add(0.2f, false);
  curve.add(0.9f, true);
  curve.add(0.8f, true);
  EXPECT_DOUBLE_EQ(*curve.average_precision(2), 1.0);
}

TEST(AveragePrecision, FacesNeverReachedCountWithPrecisionZero) {
  PrecisionRecallCurve curve;
  curve.add(0.9f, true);
  EXPECT_DOUBLE_EQ(*curve.average_precision(4), 0.25);
  EXPECT_DOUBLE_EQ(*PrecisionRecallCurve().average_precision(4), 0.0);
  EXPECT_FALSE(curve.average_precision(0).has_value());
}

TEST(AveragePrecision, InterpolatesOverAllPoints) {
  // Ranked: hit, false, hit, hit, false; of 4 faces. Precision 1, 1/2, 2/3, 3/4, 3/5 at recall 1/4,
  // 1/4, 2/4, 3/4, 3/4; the best at this recall or higher: 1, then 3/4 up to 3/4, then 0.
  PrecisionRecallCurve curve;
  for (const auto& [score, is_hit] : std::vector<std::pair<float, bool>>{
           {0.9f, true}, {0.8f, false}, {0.7f, true}, {0.6f, true}, {0.5f, false}}) {
    curve.add(score, is_hit);
  }
  EXPECT_DOUBLE_EQ(*curve.average_precision(4), 0.25 * 1.0 + 0.5 * 0.75);
}

TEST(AveragePrecision, EqualScoresEnterTogetherInAnyOrder) {
  for (const bool hit_first : {true, false}) {
    PrecisionRecallCurve curve;
    curve.add(0.5f, hit_first);
    curve.add(0.5f, !hit_first);
    EXPECT_DOUBLE_EQ(*curve.average_precision(1), 0.5);
  }
}

// The definition, by trying every threshold.
double by_definition(const std::vector<std::pair<float, bool>>& all, std::size_t faces) {
  const auto at = [&](float threshold) {
    double hits = 0, count = 0;
    for (const auto& [score, is_hit] : all) {
      count += score >= threshold;
      hits += score >= threshold && is_hit;
    }
    return std::pair(hits / static_cast<double>(faces), count > 0 ? hits / count : 0.0);
  };
  std::vector<std::pair<double, double>> points;
  for (const auto& [score, is_hit] : all) points.push_back(at(score));
  double area = 0;
  for (std::size_t face = 1; face <= faces; ++face) {
    const double recall = static_cast<double>(face) / static_cast<double>(faces);
    double best = 0;
    for (const auto& [r, p] : points) {
      if (r >= recall - 1e-12) best = std::max(best, p);
    }
    area += best / static_cast<double>(faces);
  }
  return area;
}

TEST(AveragePrecision, EqualsItsDefinitionOnRandomCurves) {
  std::mt19937 random(5);
  for (int round = 0; round < 200; ++round) {
    PrecisionRecallCurve curve;
    std::vector<std::pair<float, bool>> all;
    std::size_t hits = 0;
    const std::size_t count = random() % 30;
    for (std::size_t i = 0; i < count; ++i) {
      const float score = static_cast<float>(random() % 12) / 12.0f;
      const bool is_hit = random() % 2 == 0;
      hits += is_hit;
      all.emplace_back(score, is_hit);
      curve.add(score, is_hit);
    }
    const std::size_t faces = hits + random() % 4 + 1;
    EXPECT_NEAR(*curve.average_precision(faces), by_definition(all, faces), 1e-9) << round;
  }
}

}  // namespace
}  // namespace eyelid::evaluation
