// SPDX-License-Identifier: MIT
#include "eyelid/kernels/convolution/convolution.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "eyelid/compute/cpu_features.hpp"

namespace eyelid::kernels {

#ifdef EYELID_HAS_SIMDE
EYELID_CONVOLUTION_KERNELS(avx512_simde)
#endif

namespace {

constexpr float kGuard = -12345.0f;
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

std::vector<ConvolutionKernels> variants_to_test() {
  const KernelList<ConvolutionKernels> built = convolution_kernels();
  std::vector<ConvolutionKernels> variants(built.begin(), built.end());
#ifdef EYELID_HAS_SIMDE
  variants.push_back({"x86_avx512_through_simde",
                      compute::kAvx2,
                      avx512_simde::convolve,
                      avx512_simde::convolve_gray,
                      avx512_simde::pool_maximum,
                      avx512_simde::weigh_planes});
#endif
  return variants;
}

std::vector<float> random_floats(std::mt19937& random, std::size_t count) {
  std::uniform_real_distribution<float> distribution(-1.0f, 1.0f);
  std::vector<float> values(count);
  for (float& value : values) value = distribution(random);
  return values;
}
std::vector<float> random_floats(std::mt19937& random, std::ptrdiff_t count) {
  return random_floats(random, static_cast<std::size_t>(count));
}

std::ptrdiff_t whole_blocks(std::ptrdiff_t count) {
  return (count + kConvolutionBlock - 1) / kConvolutionBlock * kConvolutionBlock;
}

/// Bit for bit; nobody looks at what came of the NaN behind the inputs. Guards must be untouched.
void expect_equal(const std::vector<float>& expected,
                  const std::vector<float>& found,
                  const std::string& what) {
  ASSERT_EQ(expected.size(), found.size());
  for (std::size_t i = 0; i < expected.size(); i++) {
    if (std::isnan(expected[i])) continue;
    ASSERT_EQ(found[i], expected[i]) << what << " at " << i;
  }
}

class ConvolutionVariants : public ::testing::TestWithParam<ConvolutionKernels> {
 protected:
  void SetUp() override {
    if ((GetParam().needs & compute::detected_cpu_features()) != GetParam().needs) {
      GTEST_SKIP() << "this processor lacks " << GetParam().isa;
    }
  }
};

/// A layer of random weights, slopes of both signs and beyond 1 among them.
struct RandomLayer {
  RandomLayer(std::mt19937& random, int inputs, int outputs, int window) {
    weights = random_floats(random, std::ptrdiff_t{outputs} * inputs * window * window);
    bias = random_floats(random, std::ptrdiff_t{outputs});
    slopes = random_floats(random, std::ptrdiff_t{outputs});
    for (float& slope : slopes) slope *= 1.5f;
    view = {inputs, outputs, window, weights.data(), bias.data(), slopes.data()};
  }
  std::vector<float> weights, bias, slopes;
  Convolution view;
};

void compare_convolution(
    Convolve convolve, std::mt19937& random, int window, int pictures, int width, int height) {
  const int inputs = 1 + static_cast<int>(random() % 12);
  const int outputs = kConvolutionGroup * (1 + static_cast<int>(random() % 3));
  const RandomLayer layer(random, inputs, outputs, window);
  const bool is_flat = random() % 2 == 0;
  const int output_width = width - window + 1, output_height = height - window + 1;
  const ConvolutionInput shape{nullptr,
                               std::ptrdiff_t{width} * height * pictures + 3,
                               std::ptrdiff_t{width} * pictures,
                               pictures};
  const int rows = is_flat ? 1 : output_height;
  const std::ptrdiff_t count =
      (is_flat ? (output_height - 1) * shape.row : 0) + std::ptrdiff_t{output_width} * pictures;
  std::vector<float> input = random_floats(random, inputs * shape.plane);
  // Read by the last block, but of no consequence before the end of the row.
  input.resize(input.size() + kConvolutionBlock, kNan);
  ConvolutionInput source = shape;
  source.data = input.data();

  const std::ptrdiff_t row = whole_blocks(count) + 5;
  const std::ptrdiff_t plane = rows * row + 7;
  std::vector<float> expected(static_cast<std::size_t>(outputs * plane), kGuard);
  std::vector<float> found = expected;
  scalar::convolve(layer.view, source, {expected.data(), plane, row}, rows, count);
  // What lies between count and the next whole block may be written or not.
  for (std::ptrdiff_t at = 0; at < outputs * plane; at++) {
    const bool is_row = at % plane < rows * row;
    const std::ptrdiff_t p = at % plane % row;
    if (is_row && p >= count && p < whole_blocks(count)) {
      expected[static_cast<std::size_t>(at)] = kNan;
    }
  }
  convolve(layer.view, source, {found.data(), plane, row}, rows, count);
  expect_equal(expected,
               found,
               "window " + std::to_string(window) + ", " + std::to_string(pictures) +
                   " pictures of " + std::to_string(width) + "x" + std::to_string(height));
}

TEST_P(ConvolutionVariants, ConvolveEqualsScalarForRowsWholeMapsAndSeveralPictures) {
  std::mt19937 random(21);
  for (const int window : {1, 2, 3}) {
    for (const int pictures : {1, 2, 3, 7, 8, 16}) {
      for (int round = 0; round < 6; round++) {
        const int width = window + static_cast<int>(random() % 24);
        const int height = window + static_cast<int>(random() % 5);
        ASSERT_NO_FATAL_FAILURE(
            compare_convolution(GetParam().convolve, random, window, pictures, width, height));
      }
    }
  }
}

TEST_P(ConvolutionVariants, ConvolveGrayEqualsScalarAtEvenAndOddEdges) {
  std::mt19937 random(22);
  for (const std::ptrdiff_t columns : {1, 2, 3, 15, 16, 17, 31, 32, 33, 34, 63, 64, 65, 100, 383}) {
    for (const int pool_rows : {1, 2}) {
      const int outputs = 1 + static_cast<int>(random() % 12);
      const auto weights = random_floats(random, std::ptrdiff_t{9 * outputs});
      const auto bias = random_floats(random, std::ptrdiff_t{outputs});
      auto slopes = random_floats(random, std::ptrdiff_t{outputs});
      for (float& slope : slopes) slope *= 1.5f;
      const GrayLayer layer{outputs, weights.data(), bias.data(), slopes.data()};

      const std::ptrdiff_t count = (columns + 1) / 2;
      std::vector<std::vector<float>> memory;
      GrayRows rows{};
      for (int r = 0; r < 4; r++) {
        for (const float** half : {&rows.even[r], &rows.odd[r]}) {
          memory.push_back(random_floats(random, count + 1));
          memory.back().resize(static_cast<std::size_t>(whole_blocks(count) + 1), kNan);
          *half = memory.back().data();
        }
        // What lies right of the picture must not matter.
        if (columns % 2 != 0) memory.back()[static_cast<std::size_t>(count)] = kNan;
        if (pool_rows == 1 && r == 3) rows.even[r] = rows.odd[r] = nullptr;
      }
      const std::ptrdiff_t plane = whole_blocks(count) + 3;
      std::vector<float> expected(static_cast<std::size_t>(outputs * plane), kGuard);
      std::vector<float> found = expected;
      scalar::convolve_gray(layer, rows, pool_rows, columns, {expected.data(), plane, 0});
      GetParam().convolve_gray(layer, rows, pool_rows, columns, {found.data(), plane, 0});
      for (std::ptrdiff_t i = 0; i < outputs * plane; i++) {
        const auto at = static_cast<std::size_t>(i);
        if (i % plane < count) {
          ASSERT_EQ(found[at], expected[at]) << columns << " columns, at " << i;
        } else if (i % plane >= whole_blocks(count)) {
          ASSERT_EQ(found[at], kGuard) << columns << " columns: wrote outside, at " << i;
        }
      }
    }
  }
}

TEST_P(ConvolutionVariants, PoolMaximumEqualsScalarAndWritesNothingElse) {
  std::mt19937 random(23);
  for (const int size : {2, 3}) {
    for (const int pictures : {1, 2, 5, 8, 9, 16, 17}) {
      for (int round = 0; round < 12; round++) {
        MaxPool pool;
        pool.channels = 1 + static_cast<int>(random() % 4);
        pool.size = size;
        pool.width = size + static_cast<int>(random() % 80);
        pool.height = size + static_cast<int>(random() % 6);
        pool.output_width = (pool.width - size + 1) / 2 + 1;
        pool.output_height = (pool.height - size + 1) / 2 + 1;
        const std::ptrdiff_t input_row = std::ptrdiff_t{pool.width} * pictures + 2;
        const std::ptrdiff_t input_plane = input_row * pool.height + 1;
        const std::vector<float> input = random_floats(random, pool.channels * input_plane);
        const std::ptrdiff_t row = std::ptrdiff_t{pool.output_width} * pictures + 3;
        const std::ptrdiff_t plane = row * pool.output_height + 2;
        std::vector<float> expected(static_cast<std::size_t>(pool.channels * plane), kGuard);
        std::vector<float> found = expected;
        const ConvolutionInput source{input.data(), input_plane, input_row, pictures};
        scalar::pool_maximum(pool, source, {expected.data(), plane, row});
        GetParam().pool_maximum(pool, source, {found.data(), plane, row});
        ASSERT_EQ(found, expected)
            << size << ", " << pictures << " pictures, " << pool.width << "x" << pool.height;
      }
    }
  }
}

TEST_P(ConvolutionVariants, WeighPlanesEqualsScalar) {
  std::mt19937 random(24);
  for (const std::ptrdiff_t count : {1, 15, 16, 17, 64, 96, 100}) {
    for (const int channels : {1, 2, 31, 32}) {
      for (const int sets : {1, 2}) {
        const std::ptrdiff_t plane = whole_blocks(count) + 1;
        const auto input = random_floats(random, channels * plane);
        const auto weights = random_floats(random, std::ptrdiff_t{channels} * sets);
        std::vector<float> expected(static_cast<std::size_t>(sets * whole_blocks(count) + 4),
                                    kGuard);
        std::vector<float> found = expected;
        scalar::weigh_planes(
            input.data(), plane, channels, weights.data(), sets, 0.25f, count, expected.data());
        GetParam().weigh_planes(
            input.data(), plane, channels, weights.data(), sets, 0.25f, count, found.data());
        expect_equal(expected, found, std::to_string(count) + ", sets " + std::to_string(sets));
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All,
                         ConvolutionVariants,
                         ::testing::ValuesIn(variants_to_test()),
                         [](const auto& test) { return std::string(test.param.isa); });

}  // namespace
}  // namespace eyelid::kernels
