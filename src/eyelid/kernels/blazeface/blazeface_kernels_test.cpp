// SPDX-License-Identifier: MIT
#include "eyelid/kernels/blazeface/blazeface_kernels.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <string>
#include <vector>

#include "eyelid/compute/aligned_buffer.hpp"
#include "eyelid/compute/cpu_features.hpp"

namespace eyelid::kernels {

#ifdef EYELID_HAS_SIMDE
EYELID_BLAZEFACE_KERNELS(avx512_simde)
#endif

namespace {

constexpr float kGuard = -12345.0f;

std::vector<BlazeFaceKernels> variants_to_test() {
  const KernelList<BlazeFaceKernels> built = blazeface_kernels();
  std::vector<BlazeFaceKernels> variants(built.begin(), built.end());
#ifdef EYELID_HAS_SIMDE
  variants.push_back({"x86_avx512_through_simde",
                      compute::kAvx2,
                      avx512_simde::blaze_stem,
                      avx512_simde::blaze_block,
                      avx512_simde::blaze_pointwise,
                      avx512_simde::blaze_regress});
#endif
  return variants;
}

std::vector<float> random_floats(std::mt19937& random, std::size_t count) {
  std::uniform_real_distribution<float> distribution(-1.0f, 1.0f);
  std::vector<float> values(count);
  for (float& value : values) value = distribution(random);
  return values;
}

/// Rows of `size` floats with NaN in the slack around them: nobody may let it through.
struct Rows {
  Rows(std::size_t count, std::size_t size) : size_(size), pitch_(size + 2 * kRowSlack) {
    memory_.assign(count * pitch_, std::numeric_limits<float>::quiet_NaN());
  }
  float* row(std::size_t i) { return memory_.data() + i * pitch_ + kRowSlack; }
  void fill(std::mt19937& random) {
    for (std::size_t i = 0; i < memory_.size() / pitch_; i++) {
      const auto values = random_floats(random, size_);
      std::copy(values.begin(), values.end(), row(i));
    }
  }
  std::size_t size_;
  std::size_t pitch_;
  std::vector<float> memory_;
};

/// Four output rows with guard values behind each.
struct Outputs {
  explicit Outputs(int row_size) : size(static_cast<std::size_t>(row_size)) {
    memory.assign(kStripRows * (size + 16), kGuard);
  }
  float* row(int y) { return memory.data() + static_cast<std::size_t>(y) * (size + 16); }
  std::size_t size;
  std::vector<float> memory;
};

/// Bit for bit; guards must be untouched.
void expect_equal(const Outputs& expected, const Outputs& found, const std::string& what) {
  for (std::size_t i = 0; i < expected.memory.size(); i++) {
    ASSERT_EQ(found.memory[i], expected.memory[i]) << what << " at " << i;
  }
}

class BlazeFaceVariants : public ::testing::TestWithParam<BlazeFaceKernels> {
 protected:
  void SetUp() override {
    if ((GetParam().needs & compute::detected_cpu_features()) != GetParam().needs) {
      GTEST_SKIP() << "this processor lacks " << GetParam().isa;
    }
  }
  compute::AlignedBuffer<float> workspace_{kBlazeWorkspace};
};

void run_block(const BlazeFaceKernels& kernels,
               const BlazeBlock& block,
               Rows& input,
               int width,
               float* workspace,
               Outputs& output) {
  BlazeStrip strip{};
  for (std::size_t i = 0; i < std::size(strip.input); i++) strip.input[i] = input.row(i);
  for (int y = 0; y < kStripRows; y++) strip.output[y] = output.row(y);
  strip.width = width;
  strip.workspace = workspace;
  kernels.block(block, strip);
}

TEST_P(BlazeFaceVariants, BlockEqualsScalar) {
  std::mt19937 random(11);
  for (const int width : {8, 16, 32, 64}) {
    for (const int stride : {1, 2}) {
      for (int round = 0; round < 8; round++) {
        const int inputs = round == 0 ? 96 : 1 + static_cast<int>(random() % 50);
        const int outputs = std::min(inputs + static_cast<int>(random() % 9), 96);
        const auto depthwise = random_floats(random, static_cast<std::size_t>(9 * inputs));
        const auto depthwise_bias = random_floats(random, static_cast<std::size_t>(inputs));
        const auto weights = random_floats(random, static_cast<std::size_t>(inputs * outputs));
        const auto bias = random_floats(random, static_cast<std::size_t>(outputs));
        const BlazeBlock block{stride,
                               depthwise.data(),
                               depthwise_bias.data(),
                               {inputs, outputs, weights.data(), bias.data()}};
        Rows input(9, static_cast<std::size_t>(inputs * width * stride));
        input.fill(random);
        Outputs expected(outputs * width), found(outputs * width);
        const BlazeFaceKernels& scalar_kernels = blazeface_kernels().scalar();
        run_block(scalar_kernels, block, input, width, workspace_.data(), expected);
        run_block(GetParam(), block, input, width, workspace_.data(), found);
        const std::string what = "width " + std::to_string(width) + " stride " +
                                 std::to_string(stride) + " channels " + std::to_string(inputs) +
                                 " to " + std::to_string(outputs);
        expect_equal(expected, found, what);
      }
    }
  }
}

TEST_P(BlazeFaceVariants, StemEqualsScalar) {
  std::mt19937 random(12);
  for (const int width : {16, 32, 64}) {
    for (const int outputs : {1, 5, 7, 24, 26}) {
      const auto weights = random_floats(random, static_cast<std::size_t>(25 * outputs));
      const auto bias = random_floats(random, static_cast<std::size_t>(outputs));
      const BlazeStem stem{outputs, weights.data(), bias.data(), 1.0f / 127.5f, -1.0f};
      std::vector<std::uint8_t> picture(static_cast<std::size_t>(11 * 2 * width) + 64);
      for (auto& pixel : picture) pixel = static_cast<std::uint8_t>(random());
      Outputs expected(outputs * width), found(outputs * width);
      BlazeStemStrip strip{};
      for (int i = 0; i < 11; i++) {
        const bool is_outside = (i == 0 && outputs % 2 == 0) || (i >= 9 && outputs == 7);
        strip.input[i] = is_outside ? nullptr : picture.data() + i * 2 * width;
      }
      strip.width = width;
      strip.workspace = workspace_.data();
      for (int y = 0; y < kStripRows; y++) strip.output[y] = expected.row(y);
      scalar::blaze_stem(stem, strip);
      for (int y = 0; y < kStripRows; y++) strip.output[y] = found.row(y);
      GetParam().stem(stem, strip);
      expect_equal(expected, found, "stem");
    }
  }
}

TEST_P(BlazeFaceVariants, PointwiseAndRegressEqualScalar) {
  std::mt19937 random(13);
  for (const int width : {8, 16, 32, 64}) {
    for (const int outputs : {1, 2, 6, 32, 34, 96}) {
      const int inputs = 1 + static_cast<int>(random() % 96);
      const auto weights = random_floats(random, static_cast<std::size_t>(inputs * outputs));
      const auto bias = random_floats(random, static_cast<std::size_t>(outputs));
      const BlazePointwise layer{inputs, outputs, weights.data(), bias.data()};
      Rows input(4, static_cast<std::size_t>(inputs * width));
      input.fill(random);
      const float* rows[] = {input.row(0), input.row(1), input.row(2), input.row(3)};
      Outputs expected(outputs * width), found(outputs * width);
      scalar::blaze_pointwise(layer, rows, width, expected.memory.data());
      GetParam().pointwise(layer, rows, width, found.memory.data());
      expect_equal(expected, found, "pointwise");

      const auto regressor = random_floats(random, static_cast<std::size_t>(16 * inputs));
      const auto regressor_bias = random_floats(random, 16);
      Outputs sum(4), fast(4);
      scalar::blaze_regress(
          rows[1] + 3, width, inputs, regressor.data(), regressor_bias.data(), sum.memory.data());
      GetParam().regress(
          rows[1] + 3, width, inputs, regressor.data(), regressor_bias.data(), fast.memory.data());
      expect_equal(sum, fast, "regress");
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All,
                         BlazeFaceVariants,
                         ::testing::ValuesIn(variants_to_test()),
                         [](const auto& test) { return std::string(test.param.isa); });

}  // namespace
}  // namespace eyelid::kernels
