// SPDX-License-Identifier: MIT
#include "eyelid/landmarks/shape_model.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/landmarks/random_shape_model.hpp"

namespace eyelid::landmarks {
namespace {

// The description's own words in the plainest code, written apart from the kernels.
std::vector<Point> predict_by_description(const ShapeModelDescription& model,
                                          const FrameView& image,
                                          const ShapeRegion& region) {
  std::vector<Point> shape = model.mean_shape;
  for (const auto& cascade : model.cascades) {
    std::vector<std::uint8_t> values(cascade.features.size());
    sample_pixels(image, region, model.mean_shape, shape, cascade.features, values);
    const std::size_t leaves = std::size_t{1} << model.depth;
    for (std::size_t tree = 0; tree < model.tree_count(cascade); ++tree) {
      std::size_t node = 0;
      while (node < leaves - 1) {
        const auto& split = cascade.splits[tree * (leaves - 1) + node];
        const int difference = values[split.feature_a] - values[split.feature_b];
        node = 2 * node + (difference > split.threshold ? 1u : 2u);
      }
      const std::size_t row = tree * leaves + node - (leaves - 1);
      for (std::size_t i = 0; i < shape.size(); ++i) {
        shape[i].x += cascade.leaves[(row * shape.size() + i) * 2];
        shape[i].y += cascade.leaves[(row * shape.size() + i) * 2 + 1];
      }
    }
  }
  return shape;
}

TEST(ShapeModel, RepeatsTheDescriptionBitByBit) {
  const GrayImage image = random_gray_image(120, 90, 5);
  for (const int depth : {1, 3, 4, 5}) {
    for (const std::size_t points : {1u, 6u, 12u, 68u, 70u}) {
      const auto description = random_shape_model({points, depth, 4, 37, 90}, 11);
      const ShapeModel model(description, LeafType::F32);
      const ShapeRegion region = {-9, 12, 109, 70};
      std::vector<Point> found(points);
      model.predict(image, region, found);
      EXPECT_EQ(found, predict_by_description(description, image, region))
          << points << " " << depth;
    }
  }
}

TEST(ShapeModel, BatchesGiveTheSameBits) {
  const auto description = random_shape_model({12, 4, 4, 30, 90}, 12);
  const ShapeModel model(description);
  std::vector<GrayImage> images;
  std::vector<std::vector<Point>> together(19, std::vector<Point>(12));
  std::vector<ShapeQuery> queries;
  for (std::uint32_t i = 0; i < 19; ++i) images.push_back(random_gray_image(80, 60, i));
  for (std::size_t i = 0; i < 19; ++i) {
    const int shift = static_cast<int>(i);
    queries.push_back({images[i], ShapeRegion{static_cast<double>(shift), 2, 59, 49}, together[i]});
  }
  model.predict(queries);
  for (std::size_t i = 0; i < 19; ++i) {
    std::vector<Point> alone(12);
    model.predict(images[i], queries[i].region, alone);
    EXPECT_EQ(alone, together[i]);
  }
  model.predict(std::span<const ShapeQuery>());
}

TEST(ShapeModel, CompactLeavesStayClose) {
  const GrayImage image = random_gray_image(100, 100, 6);
  const auto description = random_shape_model({12, 4, 5, 100, 400}, 3);
  const ShapeRegion region = ShapeRegion::of_patch(100);
  std::vector<Point> exact(12);
  std::vector<Point> compact(12);
  ShapeModel(description, LeafType::F32).predict(image, region, exact);
  for (const LeafType type : {LeafType::F16, LeafType::I16}) {
    ShapeModel(description, type).predict(image, region, compact);
    for (std::size_t i = 0; i < 12; ++i) EXPECT_LT(distance(exact[i], compact[i]), 0.002f);
  }
}

TEST(ShapeModel, SamplesAsDlibDoes) {
  GrayImage image(4, 3);
  for (int y = 0; y < 3; ++y) {
    for (int x = 0; x < 4; ++x) image.row(y)[x] = static_cast<std::uint8_t>(10 * y + x + 1);
  }
  const std::vector<Point> mean = {{0.0f, 0.0f}, {1.0f, 0.0f}};
  const ShapeRegion region = {0, 0, 2, 2};  // 1 is pixel 2
  // Halves round up, also below zero; outside is 0.
  const std::vector<ShapeModelDescription::Feature> features = {{0, {0.24f, 0.0f}},
                                                                {0, {0.25f, 0.75f}},
                                                                {0, {-0.25f, 0.0f}},
                                                                {0, {-0.26f, 0.0f}},
                                                                {1, {0.74f, 1.0f}},
                                                                {1, {0.76f, 1.0f}},
                                                                {0, {0.0f, 1.26f}}};
  std::vector<std::uint8_t> values(features.size());
  sample_pixels(image, region, mean, mean, features, values);
  EXPECT_EQ(values, (std::vector<std::uint8_t>{1, 22, 1, 0, 24, 0, 0}));
  // A shape turned by a quarter and doubled turns and doubles the offsets.
  const std::vector<Point> turned = {{0.0f, 0.0f}, {0.0f, 2.0f}};
  const std::vector<ShapeModelDescription::Feature> right = {{0, {0.5f, 0.0f}}};
  std::vector<std::uint8_t> value(1);
  sample_pixels(image, region, mean, turned, right, value);
  EXPECT_EQ(value[0], 21);
}

TEST(ShapeModel, SurvivesShapesThatFlyAway) {
  auto description = random_shape_model({6, 3, 6, 20, 50}, 9);
  for (auto& cascade : description.cascades) {
    for (float& value : cascade.leaves) value *= 1e30f;
  }
  const GrayImage image = random_gray_image(64, 64, 1);
  std::vector<Point> points(6);
  ShapeModel(description, LeafType::F32).predict(image, ShapeRegion::of_patch(64), points);
}

TEST(ShapeModel, RefusesInconsistentDescriptions) {
  const auto good = random_shape_model({6, 3, 2, 10, 20}, 2);
  const auto expect_refused = [](const ShapeModelDescription& bad) {
    EXPECT_THROW(ShapeModel{bad}, InputError);
  };
  auto bad = good;
  bad.cascades[1].features[3].anchor = 6;
  expect_refused(bad);
  bad = good;
  bad.cascades[0].splits[5].feature_b = 20;
  expect_refused(bad);
  bad = good;
  bad.cascades[0].splits.pop_back();
  expect_refused(bad);
  bad = good;
  bad.cascades[0].leaves[7] = NAN;
  expect_refused(bad);
  bad = good;
  bad.depth = 9;
  expect_refused(bad);
  bad = good;
  bad.mean_shape.clear();
  expect_refused(bad);
  bad = good;
  bad.cascades.clear();
  expect_refused(bad);
}

}  // namespace
}  // namespace eyelid::landmarks
