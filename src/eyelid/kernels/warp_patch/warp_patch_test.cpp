// SPDX-License-Identifier: MIT
#include "eyelid/kernels/warp_patch/warp_patch.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "eyelid/compute/cpu_features.hpp"

namespace eyelid::kernels {
namespace {

class WarpVariants : public ::testing::TestWithParam<WarpKernels> {
 protected:
  void SetUp() override {
    if ((GetParam().needs & compute::detected_cpu_features()) != GetParam().needs) {
      GTEST_SKIP() << "this processor lacks " << GetParam().isa;
    }
  }
};

struct Picture {
  Picture(int width, int height, std::mt19937& random)
      : bytes(static_cast<std::size_t>((width + 5) * height) + 64) {
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
    pixels = {bytes.data(), width + 5, width, height};
  }
  std::vector<std::uint8_t> bytes;
  GrayPixels pixels;
};

TEST_P(WarpVariants, WarpEqualsScalarAndKeepsItsBounds) {
  std::mt19937 random(1);
  for (const int width : {1, 2, 9, 64, 333}) {
    for (const int height : {1, 3, 50}) {
      const Picture source(width, height, random);
      for (int round = 0; round < 40; ++round) {
        WarpGrid grid;
        const int reach = round % 4 == 0 ? 30000 << 16 : 400 << 16;  // also far outside
        const auto anywhere = [&] { return static_cast<int>(random()) % reach; };
        grid.x0 = anywhere();
        grid.y0 = anywhere();
        grid.a = static_cast<std::int32_t>(random() % 262144) - 131072;
        grid.b = static_cast<std::int32_t>(random() % 262144) - 131072;
        if (round == 1) grid = {std::int64_t{1} << 40, -(std::int64_t{1} << 40), 65536, 0};
        std::vector<std::uint8_t> expected(40 * 12 + 8, 7), found(40 * 12 + 8, 7);
        const bool is_mirrored = round % 2 == 0;
        scalar::warp_patch(source.pixels, grid, {expected.data(), 40, 32, 12, is_mirrored});
        GetParam().warp_patch(source.pixels, grid, {found.data(), 40, 32, 12, is_mirrored});
        ASSERT_EQ(found, expected) << width << " x " << height << ", round " << round;
        for (std::size_t i = 0; i < found.size(); ++i) {
          const bool is_beside = i % 40 >= 32 || i >= 480;
          ASSERT_TRUE(!is_beside || found[i] == 7) << "wrote beside at " << i;
        }
      }
    }
  }
}

// As faces are cut: nearly level, of about one pixel a step, everywhere about the source.
TEST_P(WarpVariants, LevelPatchesEqualScalarAtEveryBorder) {
  std::mt19937 random(3);
  for (const int width : {31, 32, 33, 90, 300}) {
    for (const int height : {1, 4, 17, 60}) {
      const Picture source(width, height, random);
      for (int round = 0; round < 150; ++round) {
        const auto between = [&](int low, int high) {
          return low + static_cast<int>(random() % static_cast<unsigned>(high - low));
        };
        const WarpGrid grid{between(-80 * 65536, (width + 20) * 65536),
                            between(-30 * 65536, (height + 20) * 65536),
                            between(20000, 110000),
                            between(-30000, 30000)};
        const int rows = 9 + round % 4;
        const bool is_mirrored = round % 2 == 0;
        std::vector<std::uint8_t> expected(70 * 13, 7), found(70 * 13, 7);
        scalar::warp_patch(source.pixels, grid, {expected.data(), 70, 64, rows, is_mirrored});
        GetParam().warp_patch(source.pixels, grid, {found.data(), 70, 64, rows, is_mirrored});
        ASSERT_EQ(found, expected) << width << " x " << height << ", round " << round;
      }
    }
  }
}

TEST_P(WarpVariants, ShrinkIsTheRoundedMean) {
  std::mt19937 random(2);
  for (const int factor : {1, 2, 3, 4, 5, 8, 17, 128}) {
    for (const int width : {1, 31, 32, 33, 64, 100, 257}) {
      const int height = 2 * factor + 1;
      Picture source(width, height, random);
      if (factor == 128) std::fill(source.bytes.begin(), source.bytes.end(), 255);
      const int columns = (width + factor - 1) / factor;
      std::vector<std::uint8_t> found(static_cast<std::size_t>(3 * (columns + 3)), 7);
      shrink_by_mean(GetParam(), source.pixels, factor, found.data(), columns + 3);
      for (int row = 0; row < 3; ++row) {
        for (int column = 0; column < columns + 3; ++column) {
          double sum = 0.0;
          int count = 0;
          for (int y = row * factor; y < std::min(height, (row + 1) * factor); ++y) {
            for (int x = column * factor; x < std::min(width, (column + 1) * factor); ++x) {
              sum += source.pixels.pixels[y * source.pixels.stride + x];
              ++count;
            }
          }
          const int expected =
              column < columns ? static_cast<int>(std::floor(sum / count + 0.5)) : 7;
          ASSERT_EQ(found[static_cast<std::size_t>(row * (columns + 3) + column)], expected)
              << "factor " << factor << ", width " << width << ", " << column << ' ' << row;
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(WarpPatch,
                         WarpVariants,
                         ::testing::ValuesIn(std::vector<WarpKernels>(warp_kernels().begin(),
                                                                      warp_kernels().end())),
                         [](const auto& variant) { return std::string(variant.param.isa); });

}  // namespace
}  // namespace eyelid::kernels
