// SPDX-License-Identifier: MIT
#include "eyelid/kernels/hog/hog.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "eyelid/compute/cpu_features.hpp"

namespace eyelid::kernels {
namespace {

struct Picture {
  int width, height, stride;
  std::vector<std::uint8_t> pixels;

  Picture(int width, int height, int stride)
      : width(width),
        height(height),
        stride(stride),
        pixels(static_cast<std::size_t>(stride) * static_cast<std::size_t>(height)) {}
  Picture(int width, int height) : Picture(width, height, width) {}
  std::uint8_t& at(int x, int y) {
    return pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(stride) +
                  static_cast<std::size_t>(x)];
  }
};

/// Features and scores of a picture, with numbers behind them that must not change.
struct Result {
  static constexpr float kUntouched = -7.0f;
  std::vector<float> planes, scores;

  Result(const HogKernels& kernels, const Picture& picture, const std::vector<HogFilter>& filters) {
    const HogGrid grid(picture.width, picture.height);
    std::vector<float> scratch(grid.scratch_size() + 8, kUntouched);
    planes.assign(grid.planes_size(), 0.0f);
    planes.insert(planes.end(), 8, kUntouched);
    scores.assign(grid.score_size() + 8, kUntouched);
    kernels.features(picture.pixels.data(),
                     picture.stride,
                     picture.width,
                     picture.height,
                     scratch.data(),
                     planes.data());
    kernels.scores(planes.data(),
                   grid,
                   filters.data(),
                   static_cast<std::ptrdiff_t>(filters.size()),
                   scratch.data(),
                   scores.data());
    for (const std::vector<float>* values : {&planes, &scores, &scratch}) {
      for (std::size_t i = values->size() - 8; i < values->size(); i++) {
        EXPECT_EQ((*values)[i], kUntouched);
      }
    }
  }
};

/// Weights in -1 .. 1.
std::vector<HogFilter> random_filters(std::mt19937& random, std::size_t count) {
  const auto weight = [&] { return static_cast<float>(random() % 2001) / 1000.0f - 1.0f; };
  std::vector<HogFilter> filters(count);
  for (HogFilter& filter : filters) {
    filter.plane = static_cast<int>(random() % kHogPlanes);
    for (float& value : filter.row) value = weight();
    for (float& value : filter.column) value = weight();
  }
  return filters;
}

/// FNV-1a of the bits.
std::uint64_t digest(const std::vector<float>& values) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const float value : values) {
    hash = (hash ^ std::bit_cast<std::uint32_t>(value)) * 0x100000001b3u;
  }
  return hash;
}

class HogVariants : public ::testing::TestWithParam<HogKernels> {
 protected:
  void SetUp() override {
    if ((GetParam().needs & compute::detected_cpu_features()) != GetParam().needs) {
      GTEST_SKIP() << "this processor lacks " << GetParam().isa;
    }
  }
};

TEST_P(HogVariants, EqualScalarOnPicturesOfAllSizes) {
  std::mt19937 random(1);
  // Some whose votes fill their rows to the last (44, 112 pixels wide).
  for (const auto& [width, height, stride] : {std::tuple(20, 20, 20),
                                              {23, 37, 64},
                                              {44, 44, 44},
                                              {64, 21, 64},
                                              {101, 60, 128},
                                              {112, 60, 112},
                                              {259, 44, 259},
                                              {640, 30, 704},
                                              {653, 85, 653}}) {
    Picture picture(width, height, stride);
    for (std::uint8_t& pixel : picture.pixels) pixel = static_cast<std::uint8_t>(random());
    const std::vector<HogFilter> filters = random_filters(random, 5);
    const Result expected(hog_kernels().scalar(), picture, filters);
    const Result found(GetParam(), picture, filters);
    EXPECT_EQ(found.planes, expected.planes) << width << "x" << height;
    EXPECT_EQ(found.scores, expected.scores) << width << "x" << height;
  }
}

// The numbers of x86-64; tools/test_neon.sh runs this for ARM.
TEST_P(HogVariants, HaveTheSameBitsOnEveryProcessor) {
  std::mt19937 random(3);
  Picture picture(333, 111);
  for (std::uint8_t& pixel : picture.pixels) pixel = static_cast<std::uint8_t>(random());
  const Result result(GetParam(), picture, random_filters(random, 40));
  EXPECT_EQ(digest(result.planes), 1973977783498383721u);
  EXPECT_EQ(digest(result.scores), 12860302687538461251u);
}

INSTANTIATE_TEST_SUITE_P(All,
                         HogVariants,
                         ::testing::ValuesIn(hog_kernels().begin(), hog_kernels().end()),
                         [](const auto& test) { return std::string(test.param.isa); });

float feature(const Result& result, const HogGrid& grid, int plane, int column, int row) {
  const std::ptrdiff_t y = plane * grid.plane_height() + kHogBorder + row;
  return result.planes[static_cast<std::size_t>(y * grid.plane_stride() + kHogBorder + column)];
}

TEST(Hog, EveryDirectionHasItsPlane) {
  // A slope rises in one direction only, that of the plane; all votes of a cell go there.
  constexpr double kDegree = 3.14159265358979323846 / 180.0, kSlope = 4.4;
  const HogGrid grid(40, 40);
  for (int direction = 0; direction < kHogOrientations; direction++) {
    Picture picture(40, 40);
    const double x_slope = kSlope * std::cos(20 * direction * kDegree);
    const double y_slope = kSlope * std::sin(20 * direction * kDegree);
    for (int y = 0; y < 40; y++) {
      for (int x = 0; x < 40; x++) {
        const double shade = 128.0 + x_slope * (x - 19.5) + y_slope * (y - 19.5);
        picture.at(x, y) = static_cast<std::uint8_t>(std::lround(shade));
      }
    }
    const Result result(hog_kernels().scalar(), picture, {});
    for (int plane = 0; plane < kHogOrientations; plane++) {
      // Cut off by all four blocks at 0.2, then halved.
      const float expected = plane == direction ? 0.4f : 0.0f;
      EXPECT_EQ(feature(result, grid, plane, 1, 1), expected) << direction << ", plane " << plane;
    }
  }
}

TEST(Hog, FlatPicturesHaveNoFeatures) {
  Picture picture(64, 48);
  for (std::uint8_t& pixel : picture.pixels) pixel = 200;
  for (const float value : Result(hog_kernels().scalar(), picture, {}).planes) {
    EXPECT_TRUE(value == 0.0f || value == Result::kUntouched);
  }
}

TEST(Hog, ScoresAreSumsOfProductsOverTheWindow) {
  std::mt19937 random(2);
  Picture picture(90, 70);
  for (std::uint8_t& pixel : picture.pixels) pixel = static_cast<std::uint8_t>(random());
  const HogGrid grid(90, 70);
  const std::vector<HogFilter> filters = random_filters(random, 3);
  const Result result(hog_kernels().scalar(), picture, filters);
  for (int y = 0; y < grid.height(); y++) {
    for (int x = 0; x < grid.width(); x++) {
      double expected = 0.0;
      for (const HogFilter& filter : filters) {
        for (int row = 0; row < kHogWindow; row++) {
          for (int column = 0; column < kHogWindow; column++) {
            const float value =
                feature(result, grid, filter.plane, x + column - kHogBorder, y + row - kHogBorder);
            expected += double{value} * filter.row[column] * filter.column[row];
          }
        }
      }
      const auto place = static_cast<std::size_t>(y * grid.score_stride() + x);
      EXPECT_NEAR(result.scores[place], expected, 1e-4) << x << ", " << y;
    }
  }
}

}  // namespace
}  // namespace eyelid::kernels
