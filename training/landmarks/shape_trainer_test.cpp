// SPDX-License-Identifier: MIT
#include "training/landmarks/shape_trainer.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/landmarks/shape_model.hpp"
#include "eyelid/landmarks/shape_model_file.hpp"
#include "eyelid/synthesis/random.hpp"

namespace eyelid::training {
namespace {

constexpr int kSize = 40;

// Dark bars on a bright, noisy ground; four points: left end, upper edge, right end, lower edge.
ShapeExamples make_bars(std::size_t count, std::uint64_t seed) {
  ShapeExamples examples;
  examples.point_count = 4;
  synthesis::Random random(seed, 0);
  for (std::size_t i = 0; i < count; ++i) {
    const float left = random.uniform_f(4, 10);
    const float right = random.uniform_f(28, 35);
    const float upper = random.uniform_f(12, 18);
    const float lower = upper + random.uniform_f(3, 14);
    GrayImage patch(kSize, kSize);
    for (int y = 0; y < kSize; ++y) {
      for (int x = 0; x < kSize; ++x) {
        const auto column = static_cast<float>(x);
        const auto line = static_cast<float>(y);
        const bool is_bar = column >= left && column <= right && line >= upper && line <= lower;
        patch.row(y)[x] = static_cast<std::uint8_t>((is_bar ? 60 : 180) + random.index(20));
      }
    }
    examples.patches.push_back(std::move(patch));
    const float middle_x = 0.5f * (left + right);
    const float middle_y = 0.5f * (upper + lower);
    for (const Point p : {Point{left, middle_y},
                          Point{middle_x, upper},
                          Point{right, middle_y},
                          Point{middle_x, lower}}) {
      examples.shapes.push_back(p * (1.0f / kSize));
    }
  }
  return examples;
}

ShapeTrainingOptions small_options() {
  ShapeTrainingOptions options;
  options.cascades = 4;
  options.trees = 40;
  options.depth = 3;
  options.features = 80;
  options.starts = 2;
  options.lid_gap_weight = 1.0f;
  options.lid_gaps = {{1, 3}};
  options.threads = 1;
  return options;
}

// In pixels, of the shapes a function finds.
template <class FindShape>
double mean_error(const ShapeExamples& examples, FindShape&& find) {
  double sum = 0.0;
  std::vector<Point> found(examples.point_count);
  for (std::size_t i = 0; i < examples.patches.size(); ++i) {
    find(examples.patches[i], found);
    for (std::size_t j = 0; j < found.size(); ++j) {
      sum += static_cast<double>(distance(found[j], examples.shape(i)[j])) * kSize;
    }
  }
  return sum / static_cast<double>(examples.shapes.size());
}

TEST(ShapeTrainer, LearnsWhatItHasNotSeen) {
  const auto description = train_shape_model(make_bars(600, 1), small_options());
  const landmarks::ShapeModel model(description);
  const ShapeExamples unseen = make_bars(100, 2);
  const double before = mean_error(
      unseen, [&](const GrayImage&, std::vector<Point>& found) { found = description.mean_shape; });
  const double after = mean_error(unseen, [&](const GrayImage& patch, std::vector<Point>& found) {
    model.predict(patch, landmarks::ShapeRegion::of_patch(kSize), found);
  });
  EXPECT_GT(before, 2.0);
  EXPECT_LT(after, 0.4 * before);
}

TEST(ShapeTrainer, SameBytesForAnyNumberOfThreads) {
  const ShapeExamples examples = make_bars(700, 3);
  ShapeTrainingOptions options = small_options();
  options.split_samples = 600;  // some nodes compare sub-samples, in more than one block
  const auto one = landmarks::shape_model_bytes(train_shape_model(examples, options));
  options.threads = 2;
  EXPECT_EQ(landmarks::shape_model_bytes(train_shape_model(examples, options)), one);
  options.seed = 2;
  EXPECT_NE(landmarks::shape_model_bytes(train_shape_model(examples, options)), one);
}

TEST(ShapeTrainer, ReportsFallingErrorOnceACascade) {
  std::vector<ShapeTrainingProgress> told;
  (void)train_shape_model(
      make_bars(300, 4), small_options(), [&](const auto& progress) { told.push_back(progress); });
  ASSERT_EQ(told.size(), 4u);
  for (std::size_t i = 0; i < told.size(); ++i) {
    EXPECT_EQ(told[i].cascade, i + 1);
    EXPECT_EQ(told[i].samples, 600u);
    if (i > 0) {
      EXPECT_LT(told[i].mean_error, told[i - 1].mean_error);
    }
  }
}

TEST(ShapeTrainer, LeavesAreHalfPrecisionAlready) {
  const auto description = train_shape_model(make_bars(100, 5), small_options());
  const auto saved = landmarks::load_shape_model(landmarks::shape_model_bytes(description), "bars");
  EXPECT_EQ(saved, description);
}

TEST(ShapeTrainer, SurvivesExamplesThatAllLookTheSame) {
  ShapeExamples examples;
  examples.point_count = 4;
  const ShapeExamples bars = make_bars(20, 6);
  for (int i = 0; i < 20; ++i) {
    GrayImage flat(kSize, kSize);
    for (int y = 0; y < kSize; ++y) std::fill_n(flat.row(y), kSize, std::uint8_t{90});
    examples.patches.push_back(std::move(flat));
  }
  examples.shapes = bars.shapes;
  const auto description = train_shape_model(examples, small_options());
  EXPECT_NO_THROW(landmarks::ShapeModel{description});
}

TEST(ShapeTrainer, RefusesTooFewExamples) {
  EXPECT_THROW(train_shape_model(make_bars(1, 7), small_options()), InputError);
}

}  // namespace
}  // namespace eyelid::training
