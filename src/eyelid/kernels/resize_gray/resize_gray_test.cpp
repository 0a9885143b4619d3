// SPDX-License-Identifier: MIT
#include "eyelid/kernels/resize_gray/resize_gray.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "eyelid/compute/cpu_features.hpp"

namespace eyelid::kernels {

namespace {

/// Random weights >= 0 with a sum of at most kResizeOne, zero-padded to `padded`.
std::vector<std::int16_t> random_weights(std::mt19937& random,
                                         std::size_t count,
                                         std::size_t padded) {
  std::vector<std::int16_t> weights(padded);
  int left = kResizeOne;
  for (std::size_t k = 0; k < count; k++) {
    const int weight =
        k + 1 == count ? left : static_cast<int>(random() % (static_cast<unsigned>(left) + 1));
    weights[k] = static_cast<std::int16_t>(weight);
    left -= weight;
  }
  return weights;
}

/// Of an average over whole rows, as equal as integers allow, but the first and the last, of which
/// a part may lie outside.
std::vector<std::int16_t> weights_of_average(std::mt19937& random,
                                             std::size_t count,
                                             std::size_t padded) {
  std::vector<std::int16_t> weights(padded);
  for (std::size_t k = 0; k < count; k++) {
    const std::size_t before = static_cast<std::size_t>(kResizeOne) * k / count;
    const std::size_t after = static_cast<std::size_t>(kResizeOne) * (k + 1) / count;
    weights[k] = static_cast<std::int16_t>(after - before);
  }
  if (random() % 2 == 0) {
    for (const std::size_t k : {std::size_t{0}, count - 1}) {
      weights[k] = static_cast<std::int16_t>(weights[k] * static_cast<int>(random() % 100) / 100);
    }
  }
  return weights;
}

class ResizeVariants : public ::testing::TestWithParam<ResizeKernels> {
 protected:
  void SetUp() override {
    if ((GetParam().needs & compute::detected_cpu_features()) != GetParam().needs) {
      GTEST_SKIP() << "this processor lacks " << GetParam().isa;
    }
  }
};

TEST_P(ResizeVariants, WeighRowsEqualsScalarAndKeepsItsBounds) {
  std::mt19937 random(1);
  for (const std::ptrdiff_t width : {1, 2, 15, 16, 17, 31, 32, 33, 63, 100, 640}) {
    for (const std::size_t rows : {1u, 2u, 3u, 4u, 5u, 6u, 8u, 15u, 16u, 24u, 25u, 30u}) {
      const std::size_t padded_rows = (rows + 1) / 2 * 2;
      const std::ptrdiff_t stride = width + static_cast<std::ptrdiff_t>(random() % 7);
      const std::ptrdiff_t blocked = (width + kResizeBlock - 1) / kResizeBlock * kResizeBlock;
      std::vector<std::uint8_t> source(rows * static_cast<std::size_t>(stride) + 64);
      const bool is_white = random() % 4 == 0;  // the largest sums
      for (auto& pixel : source) pixel = is_white ? 255 : static_cast<std::uint8_t>(random());
      const auto weights = random() % 4 == 0 ? random_weights(random, rows, padded_rows)
                                             : weights_of_average(random, rows, padded_rows);

      const std::size_t size = static_cast<std::size_t>(blocked) + 8;
      std::vector<std::int16_t> expected(size, -7), found(size, -7);
      const auto row_count = static_cast<std::ptrdiff_t>(rows);
      scalar::weigh_rows(source.data(), stride, weights.data(), row_count, width, expected.data());
      GetParam().weigh_rows(source.data(), stride, weights.data(), row_count, width, found.data());
      for (std::ptrdiff_t x = 0; x < width; x++) {
        ASSERT_EQ(found[static_cast<std::size_t>(x)], expected[static_cast<std::size_t>(x)])
            << "x " << x << " width " << width << " rows " << rows;
      }
      for (std::size_t x = static_cast<std::size_t>(blocked); x < size; x++) {
        ASSERT_EQ(found[x], -7) << "wrote behind the block at " << x;
      }
    }
  }
}

TEST_P(ResizeVariants, WeighColumnsEqualsScalarAndKeepsItsBounds) {
  std::mt19937 random(2);
  for (const std::size_t target_width : {4u, 8u, 12u, 128u}) {
    for (const std::size_t taps : {1u, 2u, 6u, 8u, 9u, 16u, 17u}) {
      const std::size_t padded = (taps + 7) / 8 * 8;
      std::vector<std::int16_t> column(1000 + padded);
      const bool is_white = random() % 3 == 0;
      for (auto& value : column)
        value = is_white ? 32640 : static_cast<std::int16_t>(random() % 32641);
      std::vector<std::int32_t> first(target_width);
      std::vector<std::int16_t> weights;
      for (auto& index : first) {
        index = static_cast<std::int32_t>(random() % 1000);
        const auto row = random_weights(random, taps, padded);
        weights.insert(weights.end(), row.begin(), row.end());
      }
      std::vector<std::uint8_t> expected(target_width + 16, 99), found(target_width + 16, 99);
      const auto tap_count = static_cast<std::ptrdiff_t>(padded);
      const auto count = static_cast<std::ptrdiff_t>(target_width);
      scalar::weigh_columns(
          column.data(), first.data(), weights.data(), tap_count, count, expected.data());
      GetParam().weigh_columns(
          column.data(), first.data(), weights.data(), tap_count, count, found.data());
      ASSERT_EQ(found, expected) << "target width " << target_width << " taps " << taps;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All,
                         ResizeVariants,
                         ::testing::ValuesIn(resize_kernels().begin(), resize_kernels().end()),
                         [](const auto& test) { return std::string(test.param.isa); });

}  // namespace
}  // namespace eyelid::kernels
