// SPDX-License-Identifier: MIT
#include "eyelid/kernels/blazeface/blazeface_packed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "eyelid/compute/aligned_buffer.hpp"
#include "eyelid/compute/cpu_features.hpp"

namespace eyelid::kernels {

#if defined(__x86_64__)
EYELID_BLAZEFACE_PACKED_KERNELS(avx_vnni_through_avx512, BlazeInt8Stem, BlazeInt8Block)
#endif

namespace {

constexpr std::uint32_t kGuard = 0xdeadbeef;
using Words = std::vector<std::uint32_t>;

std::uint32_t random_bytes(std::mt19937& random) { return static_cast<std::uint32_t>(random()); }

std::uint32_t bf16_bits(float value) { return std::bit_cast<std::uint32_t>(value) >> 16; }

/// Two bfloat16 of (low, low + 1).
std::uint32_t random_pair(std::mt19937& random, float low) {
  std::uniform_real_distribution<float> number(low, low + 1.0f);
  return bf16_bits(number(random)) | bf16_bits(number(random)) << 16;
}

template <class Make>
Words words_of(std::size_t count, Make make) {
  Words words(count);
  for (auto& word : words) word = make();
  return words;
}

std::size_t size_of(int count) { return static_cast<std::size_t>(count); }

/// Lines with nonsense in the slack around them: nobody may let it through.
struct Lines {
  template <class Make>
  Lines(int count, int size, Make make) : pitch(size + 2 * kRowSlack) {
    memory.assign(size_of(count * pitch), 0x7fc17fc1u);
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < size; j++) memory[size_of(i * pitch + kRowSlack + j)] = make();
    }
  }
  const std::uint32_t* line(int i) const { return memory.data() + i * pitch + kRowSlack; }
  int pitch;
  Words memory;
};

struct Outputs {
  explicit Outputs(int line_size) : size(line_size), memory(size_of(2 * (size + 16)), kGuard) {}
  std::uint32_t* line(int i) { return memory.data() + i * (size + 16); }
  int size;
  Words memory;
};

struct Shape {
  int width, stride, inputs, outputs;
  std::string text() const {
    return "width " + std::to_string(width) + " stride " + std::to_string(stride) + " channels " +
           std::to_string(inputs) + " to " + std::to_string(outputs);
  }
};

/// Random shapes, and the widest of the network.
std::vector<Shape> shapes(std::mt19937& random, int step) {
  std::vector<Shape> result;
  for (const int width : {8, 16, 32, 64}) {
    for (const int stride : {1, 2}) {
      if (width * stride > 64) continue;
      result.push_back({width, stride, 96, 96});
      for (int round = 0; round < 6; round++) {
        const int inputs = step * (1 + static_cast<int>(random() % 24));
        result.push_back({width, stride, inputs, inputs + static_cast<int>(random() % 9)});
      }
    }
  }
  return result;
}

template <class Kernels, class Block>
void run(
    const Kernels& kernels, const Block& block, const Lines& input, int width, Outputs& output) {
  compute::AlignedBuffer<std::uint32_t> workspace(kBlazeWorkspace);
  BlazePackedStrip strip{};
  for (int i = 0; i < 5; i++) strip.input[i] = input.line(i);
  for (int i = 0; i < 2; i++) strip.output[i] = output.line(i);
  strip.width = width;
  strip.workspace = workspace.data();
  kernels.block(block, strip);
}

template <class Kernels, class Stem>
void run_stem(const Kernels& kernels, const Stem& stem, bool at_border, Outputs& output) {
  std::mt19937 random(3);
  std::vector<std::uint8_t> picture(11 * 128 + 64);
  for (auto& pixel : picture) pixel = static_cast<std::uint8_t>(random());
  compute::AlignedBuffer<std::uint32_t> workspace(kBlazeWorkspace);
  BlazePackedStemStrip strip{};
  for (int i = 0; i < 11; i++) {
    strip.input[i] = at_border && (i == 0 || i > 8) ? nullptr : picture.data() + i * 128;
  }
  for (int i = 0; i < 2; i++) strip.output[i] = output.line(i);
  strip.width = 64;
  strip.workspace = workspace.data();
  kernels.stem(stem, strip);
}

const BlazeInt8Kernels& scalar_int8_kernels() { return blazeface_int8_kernels().scalar(); }

/// What this build has beside the definition.
std::vector<BlazeInt8Kernels> int8_variants() {
  const KernelList<BlazeInt8Kernels> built = blazeface_int8_kernels();
  std::vector<BlazeInt8Kernels> variants(built.begin(), built.end() - 1);
#if defined(__x86_64__)
  variants.push_back({"x86_avx_vnni_through_avx512",
                      compute::kAvx512Vnni,
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
const BlazeBf16Kernels& bf16_kernels_or_scalar() {
  const BlazeBf16Kernels* kernels = blazeface_bf16_kernels(compute::detected_cpu_features());
  return kernels != nullptr ? *kernels : kScalarBf16Kernels;
}

#define SKIP_WITHOUT(kernels)                                                   \
  if (std::string((kernels).isa) == "scalar") {                                 \
    GTEST_SKIP() << "this processor has no such kernels beside the definition"; \
  }

std::vector<std::int32_t> random_numbers(std::mt19937& random, int count, int low, int high) {
  std::vector<std::int32_t> numbers(size_of(count));
  for (auto& number : numbers) {
    number = std::uniform_int_distribution<std::int32_t>(low, high)(random);
  }
  return numbers;
}

std::vector<BlazeNarrow> random_narrows(std::mt19937& random, int count) {
  std::vector<BlazeNarrow> narrows(size_of(count));
  for (auto& narrow : narrows) {
    narrow = {static_cast<std::int32_t>(random() % 9), static_cast<std::int32_t>(random() % 32768)};
  }
  return narrows;
}

TEST_P(Int8Variants, BlockEqualsScalarBitForBit) {
  const BlazeInt8Kernels& kernels = GetParam();
  std::mt19937 random(21);
  const auto bytes = [&] { return random_bytes(random); };
  for (const Shape& shape : shapes(random, 1)) {
    const int padded = (shape.inputs + 3) / 4 * 4;
    const int taps = shape.stride == 1 ? 6 : 3;
    Words depthwise = words_of(size_of(taps * shape.inputs), bytes);
    for (std::size_t i = 0; i < depthwise.size(); i++) {
      depthwise[i] &= 0x00ffffffu;
      if (shape.stride == 1 && i % 2 == 1) depthwise[i] = depthwise[i - 1] << 8;
    }
    const auto depthwise_bias = random_numbers(random, shape.inputs, -90000, 90000);
    const auto depthwise_narrow = random_narrows(random, shape.inputs);
    Words weights = words_of(size_of(padded / 4 * shape.outputs), bytes);
    // Packed groups: k = padded / 4 - 1 is the last of each; clear what lies behind the inputs.
    const int groups = (shape.outputs + kChannelGroup - 1) / kChannelGroup;
    int begin = 0;
    for (int group = 0; group < groups; group++) {
      const int size = shape.outputs / groups + (group < shape.outputs % groups ? 1 : 0);
      for (int o = 0; o < size; o++) {
        std::uint32_t& last = weights[size_of(begin * (padded / 4) + (padded / 4 - 1) * size + o)];
        if (padded != shape.inputs) last &= (1u << 8 * (shape.inputs % 4)) - 1;
      }
      begin += size;
    }
    const auto bias = random_numbers(random, shape.outputs, -200000, 200000);
    const auto narrow = random_narrows(random, shape.outputs);
    auto factors = random_numbers(random, shape.outputs, 0, 32767);
    std::fill(factors.begin() + shape.inputs, factors.end(), 0);
    const BlazeInt8Block block{
        shape.stride,
        shape.inputs,
        depthwise.data(),
        depthwise_bias.data(),
        depthwise_narrow.data(),
        {padded, shape.outputs, weights.data(), bias.data(), narrow.data(), factors.data()}};
    const Lines input(5, shape.inputs * shape.width * shape.stride, bytes);
    Outputs expected(shape.outputs * shape.width), found(shape.outputs * shape.width);
    run(scalar_int8_kernels(), block, input, shape.width, expected);
    run(kernels, block, input, shape.width, found);
    ASSERT_EQ(found.memory, expected.memory) << shape.text();
  }
}

TEST_P(Int8Variants, StemAndUnpackEqualScalarBitForBit) {
  const BlazeInt8Kernels& kernels = GetParam();
  std::mt19937 random(22);
  for (const int outputs : {1, 5, 24, 26}) {
    // The weights behind the 25 taps are 0: the last of 7 words holds one tap.
    Words weights = words_of(size_of(7 * outputs), [&] { return random_bytes(random); });
    const int groups = (outputs + kChannelGroup - 1) / kChannelGroup;
    int begin = 0;
    for (int group = 0; group < groups; group++) {
      const int size = outputs / groups + (group < outputs % groups ? 1 : 0);
      for (int o = 0; o < size; o++) weights[size_of(begin * 7 + 6 * size + o)] &= 0xff;
      begin += size;
    }
    const auto bias = random_numbers(random, outputs, -90000, 90000);
    const auto narrow = random_narrows(random, outputs);
    const BlazeInt8Stem stem{{28, outputs, weights.data(), bias.data(), narrow.data(), nullptr},
                             127};
    for (const bool at_border : {false, true}) {
      Outputs expected(outputs * 64), found(outputs * 64);
      run_stem(scalar_int8_kernels(), stem, at_border, expected);
      run_stem(kernels, stem, at_border, found);
      ASSERT_EQ(found.memory, expected.memory) << outputs;
    }
  }
  const Words line = words_of(48, [&] { return random_bytes(random); });
  std::vector<float> expected(4 * 56, -1.0f), found(4 * 56, -1.0f);
  float* expected_rows[] = {&expected[0], &expected[56], &expected[112], &expected[168]};
  float* found_rows[] = {&found[0], &found[56], &found[112], &found[168]};
  scalar_int8_kernels().unpack(line.data(), 48, expected_rows);
  kernels.unpack(line.data(), 48, found_rows);
  EXPECT_EQ(found, expected);
}

INSTANTIATE_TEST_SUITE_P(BlazeFaceInt8,
                         Int8Variants,
                         ::testing::ValuesIn(int8_variants()),
                         [](const auto& test) { return std::string(test.param.isa); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Int8Variants);

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
      run_stem(kScalarBf16Kernels, stem, at_border, expected);
      run_stem(kernels, stem, at_border, found);
      expect_close(expected.memory, found.memory, 1e-3f, "stem");
    }
  }
  const Words line = words_of(48, [&] { return random_pair(random, -0.5f); });
  std::vector<float> expected(2 * 56, -1.0f), found(2 * 56, -1.0f);
  float* expected_rows[] = {&expected[0], &expected[56]};
  float* found_rows[] = {&found[0], &found[56]};
  kScalarBf16Kernels.unpack(line.data(), 48, expected_rows);
  kernels.unpack(line.data(), 48, found_rows);
  EXPECT_EQ(found, expected);
}

}  // namespace
}  // namespace eyelid::kernels
