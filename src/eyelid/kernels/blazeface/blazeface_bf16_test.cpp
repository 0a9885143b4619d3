// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "eyelid/compute/cpu_features.hpp"
#include "eyelid/kernels/blazeface/blazeface_packed.hpp"
#include "eyelid/kernels/blazeface/packed_strips_for_tests.hpp"

namespace eyelid::kernels {
namespace {

std::uint32_t bf16_bits(float value) { return std::bit_cast<std::uint32_t>(value) >> 16; }

/// Two bfloat16 of (low, low + 1).
std::uint32_t random_pair(std::mt19937& random, float low) {
  std::uniform_real_distribution<float> number(low, low + 1.0f);
  return bf16_bits(number(random)) | bf16_bits(number(random)) << 16;
}

const BlazeBf16Kernels& bf16_kernels_or_scalar() {
  const BlazeBf16Kernels* kernels = blazeface_bf16_kernels(compute::detected_cpu_features());
  return kernels != nullptr ? *kernels : kScalarBf16Kernels;
}

#define SKIP_WITHOUT(kernels)                                                   \
  if (std::string((kernels).isa) == "scalar") {                                 \
    GTEST_SKIP() << "this processor has no such kernels beside the definition"; \
  }

/// The results are rounded to 8 bits: sums that differ in their last bits may land on neighbors.
void expect_close(const Words& expected, const Words& found, float sum_error, const char* what) {
  int different = 0;
  for (std::size_t i = 0; i < expected.size(); i++) {
    if (expected[i] == kGuard) {
      ASSERT_EQ(found[i], kGuard) << what << ": wrote outside, at " << i;
      continue;
    }
    for (const int shift : {0, 16}) {
      const float e = std::bit_cast<float>((expected[i] >> shift & 0xffff) << 16);
      const float f = std::bit_cast<float>((found[i] >> shift & 0xffff) << 16);
      ASSERT_NEAR(f, e, std::abs(e) / 128.0f + sum_error) << what << " at " << i;
      different += e != f ? 1 : 0;
    }
  }
  // A middle on the other side of a tie moves all outputs of its pixel a little.
  EXPECT_LT(different, static_cast<int>(expected.size()) / 2) << what;
}

TEST(BlazeFaceBf16, BlockEqualsScalar) {
  const BlazeBf16Kernels& kernels = bf16_kernels_or_scalar();
  SKIP_WITHOUT(kernels);
  std::mt19937 random(31);
  for (const Shape& shape : shapes(random, 2)) {
    const auto weight = [&] { return random_pair(random, -0.5f); };
    Words depthwise;
    for (int i = 0; i < 3 * shape.inputs; i++) {
      const std::uint32_t w01 = weight(), w2 = weight() & 0xffff;
      if (shape.stride == 1) {
        depthwise.insert(depthwise.end(), {w01 << 16, w01 >> 16 | w2 << 16});
      }
      depthwise.insert(depthwise.end(), {w01, w2});
    }
    const Words weights = words_of(size_of(shape.inputs / 2 * shape.outputs), weight);
    std::vector<float> bias(size_of(shape.inputs), 0.25f),
        output_bias(size_of(shape.outputs), 0.5f);
    const BlazeBf16Block block{shape.stride,
                               depthwise.data(),
                               bias.data(),
                               {shape.inputs, shape.outputs, weights.data(), output_bias.data()}};
    const Lines input(
        5, shape.inputs * shape.width * shape.stride, [&] { return random_pair(random, 0.0f); });
    Outputs expected(shape.outputs * shape.width), found(shape.outputs * shape.width);
    run(kScalarBf16Kernels, block, input, shape.width, expected);
    run(kernels, block, input, shape.width, found);
    // Middles of up to 4, one of 100 of them on the other side of a tie (2^-7 of its size).
    expect_close(expected.memory, found.memory, 0.03f, shape.text().c_str());
  }
}

TEST(BlazeFaceBf16, StemAndUnpackEqualScalar) {
  const BlazeBf16Kernels& kernels = bf16_kernels_or_scalar();
  SKIP_WITHOUT(kernels);
  std::mt19937 random(32);
  const auto picture = stem_picture(random);
  for (const int outputs : {1, 5, 24, 26}) {
    Words weights = words_of(size_of(15 * outputs), [&] { return random_pair(random, -0.5f); });
    const int groups = (outputs + kChannelGroup - 1) / kChannelGroup;
    int begin = 0;
    for (int group = 0; group < groups; group++) {  // no sixth column
      const int size = outputs / groups + (group < outputs % groups ? 1 : 0);
      for (int k = 2; k < 15; k += 3) {
        for (int o = 0; o < size; o++) weights[size_of(begin * 15 + k * size + o)] &= 0xffff;
      }
      begin += size;
    }
    const std::vector<float> bias(size_of(outputs), 0.5f);
    const BlazeBf16Stem stem{outputs, weights.data(), bias.data(), 127.5f};
    for (const bool at_border : {false, true}) {
      Outputs expected(outputs * 64), found(outputs * 64);
      run_stem(kScalarBf16Kernels, stem, picture, at_border, expected);
      run_stem(kernels, stem, picture, at_border, found);
      expect_close(expected.memory, found.memory, 1e-3f, "stem");
    }
  }
  const Words line = words_of(48, [&] { return random_pair(random, -0.5f); });
  std::vector<float> expected(2 * 56, -1.0f), found(2 * 56, -1.0f);
  float* expected_rows[] = {&expected[0], &expected[56]};
  float* found_rows[] = {&found[0], &found[56]};
  kScalarBf16Kernels.unpack(line.data(), 16, 3, expected_rows);
  kernels.unpack(line.data(), 16, 3, found_rows);
  EXPECT_EQ(found, expected);
}

}  // namespace
}  // namespace eyelid::kernels
