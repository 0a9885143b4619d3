// SPDX-License-Identifier: MIT
#include "eyelid/core/geometry.hpp"

#include <gtest/gtest.h>

namespace eyelid {
namespace {

void expect_near(Point a, Point b, float tolerance) {
  EXPECT_NEAR(a.x, b.x, tolerance);
  EXPECT_NEAR(a.y, b.y, tolerance);
}

TEST(Geometry, IouOfHalfOverlappingSquaresIsOneThird) {
  EXPECT_NEAR(iou({0, 0, 2, 2}, {1, 0, 2, 2}), 1.0f / 3.0f, 1e-6f);
  EXPECT_EQ(iou({0, 0, 2, 2}, {2, 0, 2, 2}), 0.0f);
  EXPECT_EQ(iou({0, 0, 0, 0}, {0, 0, 2, 2}), 0.0f);
}

TEST(Geometry, SimilarityFromPairsMapsBothPoints) {
  const Similarity s = similarity_from_pairs({1, 2}, {4, -3}, {10, 20}, {-5, 31});
  expect_near(s({1, 2}), {10, 20}, 1e-4f);
  expect_near(s({4, -3}), {-5, 31}, 1e-4f);
}

TEST(Geometry, InverseUndoesAndComposeChains) {
  const Similarity s{0.8f, -1.7f, 31.0f, -7.0f};
  const Similarity t{-0.3f, 0.4f, 2.0f, 5.0f};
  expect_near(s.inverse()(s({3, 4})), {3, 4}, 1e-4f);
  expect_near(compose(s, t)({3, 4}), s(t({3, 4})), 1e-4f);
  EXPECT_NEAR(t.scale(), 0.5f, 1e-6f);
}

}  // namespace
}  // namespace eyelid
