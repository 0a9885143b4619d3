// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "eyelid/compute/cpu_features.hpp"
#include "eyelid/kernels/blazeface/blazeface_packed.hpp"
#include "eyelid/kernels/blazeface/int8_limits.hpp"
#include "eyelid/kernels/blazeface/packed_strips_for_tests.hpp"

namespace eyelid::kernels {

#if defined(__x86_64__)
EYELID_BLAZEFACE_PACKED_KERNELS(avx_vnni_through_avx512, BlazeInt8Stem, BlazeInt8Block)
#endif

namespace {

const BlazeInt8Kernels& scalar_int8_kernels() { return blazeface_int8_kernels().scalar(); }

/// What this build has beside the definition.
std::vector<BlazeInt8Kernels> int8_variants() {
  const KernelList<BlazeInt8Kernels> built = blazeface_int8_kernels();
  std::vector<BlazeInt8Kernels> variants(built.begin(), built.end() - 1);
#if defined(__x86_64__)
  variants.push_back({"x86_avx_vnni_through_avx512",
                      compute::kAvx512Vnni,
                      BlazeLineOrder::Words,
                      avx_vnni_through_avx512::word_stem,
                      avx_vnni_through_avx512::word_block,
                      avx_vnni_through_avx512::word_unpack});
#endif
  return variants;
}

class Int8Variants : public ::testing::TestWithParam<BlazeInt8Kernels> {
 protected:
  void SetUp() override {
    if ((GetParam().needs & compute::detected_cpu_features()) != GetParam().needs) {
      GTEST_SKIP() << "this processor lacks " << GetParam().isa;
    }
  }
};

int random_number(std::mt19937& random, int low, int high) {
  return std::uniform_int_distribution<int>(low, high)(random);
}

std::vector<std::int32_t> random_numbers(std::mt19937& random, int count, int low, int high) {
  std::vector<std::int32_t> numbers(size_of(count));
  for (auto& number : numbers) number = random_number(random, low, high);
  return numbers;
}

std::vector<BlazeNarrow> random_narrows(std::mt19937& random, int count) {
  std::vector<BlazeNarrow> narrows(size_of(count));
  for (auto& narrow : narrows) {
    narrow = {random_number(random, 0, 8), random_number(random, 0, 32767)};
  }
  return narrows;
}

/// Words of pixels. The largest ones together reach the limits of 16-bit sums.
using Pixels = std::function<std::uint32_t(std::mt19937&)>;
std::vector<Pixels> kinds_of_pixels() {
  return {[](std::mt19937& random) { return random_bytes(random); },
          [](std::mt19937&) { return 0xffffffffu; },
          [](std::mt19937& random) {
            const auto bit = [&] { return random() % 2 == 0 ? 0u : 0xffu; };
            return bit() | bit() << 8 | bit() << 16 | bit() << 24;
          }};
}

/// The weights of one output, many of them as large as fits_runs() allows.
std::vector<int> weights_at_limit(std::mt19937& random, int inputs) {
  std::vector<int> weights(size_of(inputs));
  for (int run = 0; run < inputs; run += 4 * kInt8RunWords) {
    int left[2][2] = {{kInt8MaxSide, kInt8MaxSide}, {kInt8MaxSide, kInt8MaxSide}};
    std::vector<int> order;
    for (int k = run; k < std::min(run + 4 * kInt8RunWords, inputs); k++) order.push_back(k);
    std::shuffle(order.begin(), order.end(), random);
    for (const int k : order) {
      const bool is_positive = random() % 2 == 0;
      int& rest = left[k % 4 / 2][is_positive ? 1 : 0];
      const int most = std::min(rest, 127);
      const int size = random() % 2 == 0 ? most : random_number(random, 0, most);
      rest -= size;
      weights[size_of(k)] = is_positive ? size : -size;
    }
  }
  EXPECT_TRUE(fits_runs(weights));
  return weights;
}

std::uint32_t word_of(std::span<const int> bytes) {
  std::uint32_t word = 0;
  for (std::size_t i = 0; i < bytes.size(); i++) {
    word |= static_cast<std::uint32_t>(bytes[i] & 0xff) << 8 * i;
  }
  return word;
}

/// Rows of weights_at_limit(), packed as BlazeInt8Pointwise says.
Words packed_rows(std::mt19937& random, int inputs, int outputs) {
  const int words = (inputs + 3) / 4;
  Words packed(size_of(words * outputs));
  for (int o = 0; o < outputs; o++) {
    std::vector<int> row = weights_at_limit(random, inputs);
    row.resize(size_of(4 * words), 0);
    const auto [begin, size] = channel_group(outputs, o);
    for (int k = 0; k < words; k++) {
      packed[size_of(begin * words + k * size + o - begin)] =
          word_of(std::span(row).subspan(size_of(4 * k), 4));
    }
  }
  return packed;
}

/// Depthwise windows in both forms, as large as make_window() allows.
struct Windows {
  Windows(std::mt19937& random, int channels, int stride) {
    for (int c = 0; c < channels; c++) {
      const auto wanted = random_numbers(random, 9, -127, 127);
      bias.push_back(random_number(random, -40000, 40000));
      std::vector<int> weights(9);
      BlazeInt8Window window{};
      double size = 1.0;
      do {
        for (std::size_t i = 0; i < 9; i++) weights[i] = static_cast<int>(wanted[i] * size);
        size *= 0.98;
      } while (!make_window(std::span<const int, 9>(weights), bias.back(), window));
      windows.push_back(window);
      for (std::size_t column = 0; column < 3; column++) {
        const int rows[3] = {weights[column], weights[3 + column], weights[6 + column]};
        words.push_back(word_of(rows));
        if (stride == 1) words.push_back(word_of(rows) << 8);
      }
      narrows.push_back({1, random_number(random, 64, random() % 2 == 0 ? 600 : 32767)});
    }
  }
  Words words;
  std::vector<std::int32_t> bias;
  std::vector<BlazeNarrow> narrows;
  std::vector<BlazeInt8Window> windows;
};

/// A line of words of four rows, in another order or back.
Words reordered(const std::uint32_t* line, int width, int channels, bool to_words) {
  Words result(size_of(width * channels));
  const auto* source = reinterpret_cast<const std::uint8_t*>(line);
  auto* target = reinterpret_cast<std::uint8_t*>(result.data());
  for (int c = 0; c < channels; c++, source += 4 * width, target += 4 * width) {
    for (int i = 0; i < 4 * width; i++) {
      const int in_rows = i % 4 * width + i / 4;
      (to_words ? target[i] : target[in_rows]) = to_words ? source[in_rows] : source[i];
    }
  }
  return result;
}

/// Both in the kernels' own order of lines.
void run_in_order(const BlazeInt8Kernels& kernels,
                  const BlazeInt8Block& block,
                  const Lines& input,
                  int width,
                  Outputs& output) {
  if (kernels.order == BlazeLineOrder::Words) return run(kernels, block, input, width, output);
  Lines rows = input;
  for (int i = 0; i < 5; i++) {
    const Words line = reordered(input.line(i), width * block.stride, block.channels, false);
    std::copy(line.begin(), line.end(), rows.line(i));
  }
  run(kernels, block, rows, width, output);
  const Words line = reordered(output.line(0), width, block.pointwise.outputs, true);
  std::copy(line.begin(), line.end(), output.line(0));
}

TEST_P(Int8Variants, BlockEqualsScalarBitForBit) {
  const BlazeInt8Kernels& kernels = GetParam();
  std::mt19937 random(21);
  for (const Shape& shape : shapes(random, 1)) {
    const int padded = (shape.inputs + 3) / 4 * 4;
    const Windows depthwise(random, shape.inputs, shape.stride);
    const Words weights = packed_rows(random, shape.inputs, shape.outputs);
    const auto bias = random_numbers(random, shape.outputs, -200000, 200000);
    const auto narrow = random_narrows(random, shape.outputs);
    auto factors = random_numbers(random, shape.outputs, 0, 32767);
    std::fill(factors.begin() + shape.inputs, factors.end(), 0);
    const BlazeInt8Block block{
        shape.stride,
        shape.inputs,
        depthwise.words.data(),
        depthwise.bias.data(),
        depthwise.narrows.data(),
        depthwise.windows.data(),
        {padded, shape.outputs, weights.data(), bias.data(), narrow.data(), factors.data()}};
    for (const Pixels& pixels : kinds_of_pixels()) {
      const Lines input(
          5, shape.inputs * shape.width * shape.stride, [&] { return pixels(random); });
      Outputs expected(shape.outputs * shape.width), found(shape.outputs * shape.width);
      run_in_order(scalar_int8_kernels(), block, input, shape.width, expected);
      run_in_order(kernels, block, input, shape.width, found);
      ASSERT_EQ(found.memory, expected.memory) << shape.text();
    }
  }
}

TEST_P(Int8Variants, StemEqualsScalarBitForBit) {
  const BlazeInt8Kernels& kernels = GetParam();
  std::mt19937 random(22);
  for (const int outputs : {1, 5, 24, 26}) {
    const Words weights = packed_rows(random, kBlazeStemTaps, outputs);
    const auto bias = random_numbers(random, outputs, -90000, 90000);
    const auto narrow = random_narrows(random, outputs);
    const BlazeInt8Stem stem{{28, outputs, weights.data(), bias.data(), narrow.data(), nullptr},
                             127};
    for (const Pixels& pixels : kinds_of_pixels()) {
      const auto picture = stem_picture([&] { return pixels(random); });
      for (const bool at_border : {false, true}) {
        Outputs expected(outputs * 64), found(outputs * 64);
        run_stem(scalar_int8_kernels(), stem, picture, at_border, expected);
        run_stem(kernels, stem, picture, at_border, found);
        if (kernels.order == BlazeLineOrder::Rows) {
          const Words line = reordered(found.line(0), 64, outputs, true);
          std::copy(line.begin(), line.end(), found.line(0));
        }
        ASSERT_EQ(found.memory, expected.memory) << outputs;
      }
    }
  }
}

TEST_P(Int8Variants, UnpackEqualsScalar) {
  const BlazeInt8Kernels& kernels = GetParam();
  std::mt19937 random(23);
  Words line = words_of(48, [&] { return random_bytes(random); });
  std::vector<float> expected(4 * 56, -1.0f), found(4 * 56, -1.0f);
  float* expected_rows[] = {&expected[0], &expected[56], &expected[112], &expected[168]};
  float* found_rows[] = {&found[0], &found[56], &found[112], &found[168]};
  scalar_int8_kernels().unpack(line.data(), 16, 3, expected_rows);
  if (kernels.order == BlazeLineOrder::Rows) line = reordered(line.data(), 16, 3, false);
  kernels.unpack(line.data(), 16, 3, found_rows);
  EXPECT_EQ(found, expected);
}

INSTANTIATE_TEST_SUITE_P(BlazeFaceInt8,
                         Int8Variants,
                         ::testing::ValuesIn(int8_variants()),
                         [](const auto& test) { return std::string(test.param.isa); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Int8Variants);

TEST(BlazeFaceInt8Limits, RunsOfWeights) {
  const auto fits = [](std::vector<int> weights) { return fits_runs(weights); };
  EXPECT_TRUE(fits({127, 1, 127, 1, 0, 0, 0, 0}));
  EXPECT_FALSE(fits({127, 2}));
  EXPECT_TRUE(fits({127, -127}));
  EXPECT_FALSE(fits({0, 0, -64, -65}));
  EXPECT_TRUE(fits({0, 64, 64, 0}));         // two halves
  EXPECT_FALSE(fits({64, 0, 0, 0, 0, 65}));  // two words of a run
  EXPECT_TRUE(fits({64, 0, 0, 0, 0, 64}));
  EXPECT_TRUE(fits({0, 0, 0, 0, 100, 0, 0, 0, 100}));  // two runs
}

TEST(BlazeFaceInt8Limits, PartialSumsOfAWindowFit16Bits) {
  std::mt19937 random(24);
  const Windows windows(random, 300, 1);
  for (std::size_t c = 0; c < 300; c++) {
    const BlazeInt8Window& window = windows.windows[c];
    EXPECT_EQ(window.bias[0] + window.bias[1] + 1, windows.bias[c]);
    int low[2] = {window.bias[0], window.bias[1]}, high[2] = {window.bias[0], window.bias[1]};
    for (std::size_t i = 0; i < 9; i++) {
      const std::uint32_t column = windows.words[6 * c + i % 3 * 2];
      const auto weight = static_cast<std::int8_t>(column >> 8 * (i / 3));
      const std::size_t part = i < 5 ? 0 : 1;
      (weight < 0 ? low : high)[part] += 255 * weight;
    }
    for (const int part : {0, 1}) {
      EXPECT_GE(low[part], -32768);
      EXPECT_LE(high[part], 32767);
    }
  }
  BlazeInt8Window window{};
  const int sharp[9] = {100, 100, 0, 0, 0, 0, 0, 0, 0};  // a pair that saturates
  EXPECT_FALSE(make_window(sharp, 1, window));
  const int bright[9] = {29, 29, 29, 29, 29, 29, 29, 29, 29};  // 9 * 29 * 255 needs 17 bits
  EXPECT_FALSE(make_window(bright, 1, window));
  EXPECT_TRUE(make_window(bright, -20000, window));
}

}  // namespace
}  // namespace eyelid::kernels
