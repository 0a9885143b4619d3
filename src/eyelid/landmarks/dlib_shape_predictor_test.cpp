// SPDX-License-Identifier: MIT
#include "eyelid/landmarks/dlib_shape_predictor.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <random>

#include "eyelid/core/error.hpp"
#include "eyelid/landmarks/dlib_reference.hpp"
#include "eyelid/landmarks/random_shape_model.hpp"
#include "eyelid/landmarks/shape_model.hpp"
#include "eyelid/landmarks/shape_model_file.hpp"
#include "temporary_folder.hpp"

namespace eyelid::landmarks {
namespace {

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

struct Box {
  int left, top, width, height;
};

// Boxes inside, across every border and far outside of a 320 x 240 image.
constexpr Box kBoxes[] = {{60, 40, 180, 180},
                          {-50, -40, 150, 150},
                          {230, 150, 140, 160},
                          {100, 60, 37, 41},
                          {9, 7, 400, 390},
                          {900, 900, 50, 50}};

TEST(DlibShapePredictor, PredictsWhatDlibPredicts) {
  for (const RandomShapeModelSize size :
       {RandomShapeModelSize{68, 4, 6, 100, 400}, {12, 5, 8, 60, 200}, {5, 3, 10, 80, 100}}) {
    const DlibReference reference(random_shape_model(size, 21));
    const ShapeModel model(read_dlib_shape_predictor(bytes_of(reference.serialized()), "random"));
    ASSERT_EQ(model.point_count(), size.points);
    ASSERT_EQ(model.leaf_type(), LeafType::F32);
    for (std::uint32_t seed = 0; seed < 12; ++seed) {
      const GrayImage image = random_gray_image(320, 240, seed);
      const auto for_dlib = dlib_image(image);
      for (const Box& box : kBoxes) {
        const auto region = region_of_dlib_box(box.left, box.top, box.width, box.height);
        const dlib::rectangle rectangle(
            box.left, box.top, box.left + box.width - 1, box.top + box.height - 1);
        std::vector<Point> found(size.points);
        model.predict(image, region, found);
        const auto expected = reference.unrounded(for_dlib, rectangle);
        const auto rounded = reference.predictor()(for_dlib, rectangle);
        for (std::size_t i = 0; i < size.points; ++i) {
          const Point p = region.image_from_normalized(found[i]);
          ASSERT_LT(distance(p, expected[i]), 0.001f) << "image " << seed << ", point " << i;
          // The public class gives whole pixels: the nearest ones.
          ASSERT_NEAR(p.x, static_cast<double>(rounded.part(i).x()), 0.501);
          ASSERT_NEAR(p.y, static_cast<double>(rounded.part(i).y()), 0.501);
        }
      }
    }
  }
}

TEST(DlibShapePredictor, IsRecognisedByContentAndConverted) {
  const DlibReference reference(random_shape_model({12, 4, 2, 20, 50}, 4));
  const testing::TemporaryFolder folder;
  dlib::serialize((folder / "model.bin").string()) << reference.predictor();
  const auto model = load_shape_model(folder / "model.bin");
  EXPECT_EQ(model, read_dlib_shape_predictor(bytes_of(reference.serialized()), "memory"));
  convert_shape_model(folder / "model.bin", folder / "model.safetensors");
  const auto converted = load_shape_model(folder / "model.safetensors");
  EXPECT_EQ(converted.cascades, model.cascades);
  EXPECT_EQ(converted.mean_shape, model.mean_shape);
  EXPECT_EQ(converted.leaf_type, LeafType::F32);
}

TEST(DlibShapePredictor, RefusesEveryCut) {
  const std::string good = DlibReference(random_shape_model({5, 3, 2, 6, 12}, 4)).serialized();
  EXPECT_NO_THROW(load_shape_model(bytes_of(good), "whole"));
  for (std::size_t size = 0; size < good.size(); ++size) {
    const std::string cut = good.substr(0, size);
    EXPECT_THROW(read_dlib_shape_predictor(bytes_of(cut), "cut"), InputError) << size;
  }
  EXPECT_THROW(load_shape_model(bytes_of(good + "x"), "longer"), InputError);
}

TEST(DlibShapePredictor, DamagedBytesNeverCrash) {
  const std::string good = DlibReference(random_shape_model({5, 3, 2, 6, 12}, 4)).serialized();
  std::mt19937 random(1);
  int refused = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string damaged = good;
    for (unsigned i = 0; i < 1 + random() % 4; ++i) {
      damaged[random() % damaged.size()] = static_cast<char>(random());
    }
    try {
      const auto model = read_dlib_shape_predictor(bytes_of(damaged), "damaged");
      std::vector<Point> points(model.mean_shape.size());
      ShapeModel(model).predict(random_gray_image(20, 20, 1), ShapeRegion::of_patch(20), points);
    } catch (const InputError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 300);
}

TEST(DlibShapePredictor, HugeCountsCostNoMemory) {
  // Version 1, a mean shape of two points, then 2^62 cascades.
  std::string bytes = {1, 1, '\x81', 4, '\x81', 1};
  for (int i = 0; i < 4; ++i) bytes += {1, 1, 1, 0};
  const std::string huge = {8, 0, 0, 0, 0, 0, 0, 0, 0x40};
  EXPECT_THROW(read_dlib_shape_predictor(bytes_of(bytes + huge), "huge"), InputError);
}

}  // namespace
}  // namespace eyelid::landmarks
