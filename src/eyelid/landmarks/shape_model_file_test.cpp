// SPDX-License-Identifier: MIT
#include "eyelid/landmarks/shape_model_file.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <random>

#include "eyelid/core/error.hpp"
#include "eyelid/landmarks/random_shape_model.hpp"
#include "eyelid/landmarks/shape_model.hpp"
#include "temporary_folder.hpp"

namespace eyelid::landmarks {
namespace {

ShapeModelDescription model_of(LeafType type) {
  auto model = random_shape_model({6, 4, 3, 30, 40}, 8);
  model.leaf_type = type;
  model.metadata["name"] = "test eyes";
  model.metadata["licence"] = "MIT";
  return model;
}

TEST(ShapeModelFile, ComesBackAsItWasSaved) {
  const testing::TemporaryFolder folder;
  save_shape_model(folder / "eyes.safetensors", model_of(LeafType::F32));
  EXPECT_EQ(load_shape_model(folder / "eyes.safetensors"), model_of(LeafType::F32));
}

TEST(ShapeModelFile, CompactLeavesAreStableOnceRounded) {
  for (const LeafType type : {LeafType::F16, LeafType::I16}) {
    const auto original = model_of(type);
    const auto bytes = shape_model_bytes(original);
    const auto rounded = load_shape_model(bytes, "eyes");
    EXPECT_EQ(rounded.leaf_type, type);
    EXPECT_EQ(shape_model_bytes(rounded), bytes);
    EXPECT_EQ(rounded.cascades[1].splits, original.cascades[1].splits);
    for (std::size_t i = 0; i < rounded.cascades[0].leaves.size(); ++i) {
      ASSERT_NEAR(rounded.cascades[0].leaves[i], original.cascades[0].leaves[i], 2e-6f);
    }
    // What was trained, saved and loaded predicts what the trainer's object predicts.
    const GrayImage image = random_gray_image(64, 64, 2);
    std::vector<Point> before(6);
    std::vector<Point> after(6);
    ShapeModel(original).predict(image, ShapeRegion::of_patch(64), before);
    ShapeModel(rounded).predict(image, ShapeRegion::of_patch(64), after);
    EXPECT_EQ(before, after);
  }
}

TEST(ShapeModelFile, DescribesWhatItHolds) {
  const auto rows = describe_shape_model(model_of(LeafType::F16));
  const auto holds = [&](const std::string& name, const std::string& value) {
    return std::find(rows.begin(), rows.end(), std::pair(name, value)) != rows.end();
  };
  EXPECT_TRUE(holds("licence", "MIT"));
  EXPECT_TRUE(holds("landmark points", "6"));
  EXPECT_TRUE(holds("trees", "90"));
  EXPECT_TRUE(holds("leaf values", "17280 f16"));
}

TEST(ShapeModelFile, RefusesForeignAndMissingFiles) {
  const testing::TemporaryFolder folder;
  EXPECT_THROW(load_shape_model(folder / "absent.dat"), InputError);
  std::ofstream(folder / "text.dat") << "this is no model, whatever its name says";
  EXPECT_THROW(load_shape_model(folder / "text.dat"), InputError);
}

TEST(ShapeModelFile, DamagedBytesNeverCrash) {
  const auto good = shape_model_bytes(model_of(LeafType::F16));
  std::mt19937 random(3);
  int refused = 0;
  for (int round = 0; round < 2000; ++round) {
    auto damaged = good;
    if (round % 2 == 0) {
      damaged.resize(random() % damaged.size());
    } else {
      // The header, where shapes and types stand, is the interesting part.
      damaged[random() % 2000] = static_cast<std::byte>(random());
    }
    try {
      const auto model = load_shape_model(damaged, "damaged");
      std::vector<Point> points(model.mean_shape.size());
      ShapeModel(model).predict(random_gray_image(20, 20, 1), ShapeRegion::of_patch(20), points);
    } catch (const InputError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace eyelid::landmarks
