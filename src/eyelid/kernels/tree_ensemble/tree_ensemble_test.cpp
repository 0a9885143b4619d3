// SPDX-License-Identifier: MIT
#include "eyelid/kernels/tree_ensemble/tree_ensemble.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "eyelid/compute/aligned_buffer.hpp"
#include "eyelid/compute/cpu_features.hpp"

namespace eyelid::kernels {

#ifdef EYELID_HAS_SIMDE
EYELID_TREE_KERNELS(avx512_simde)
EYELID_TREE_KERNELS(avx512_vbmi_simde)
#endif

namespace {

using compute::AlignedBuffer;

std::vector<TreeKernels> variants_to_test() {
  const KernelList<TreeKernels> built = tree_kernels();
  std::vector<TreeKernels> variants(built.begin(), built.end());
#ifdef EYELID_HAS_SIMDE
  variants.push_back({"x86_avx512_through_simde",
                      compute::kAvx2,
                      true,
                      avx512_simde::sample_features,
                      avx512_vbmi_simde::walk_trees,
                      avx512_simde::add_leaves_f32,
                      avx512_simde::add_leaves_f16,
                      avx512_simde::add_leaves_i16});
#endif
  return variants;
}

float uniform(std::mt19937& random, float low, float high) {
  return low + (high - low) * static_cast<float>(random() >> 8) * 0x1p-24f;
}

class TreeVariants : public ::testing::TestWithParam<TreeKernels> {
 protected:
  void SetUp() override {
    if ((GetParam().needs & compute::detected_cpu_features()) != GetParam().needs) {
      GTEST_SKIP() << "this processor lacks " << GetParam().isa;
    }
  }
};

TEST_P(TreeVariants, SampleFeaturesEqualsScalar) {
  std::mt19937 random(1);
  constexpr int kWidth = 61;
  constexpr int kHeight = 47;
  std::vector<std::uint8_t> pixels(70 * kHeight + 64);
  for (auto& pixel : pixels) pixel = static_cast<std::uint8_t>(random() | 1u);  // never 0
  for (const int points : {1, 6, 8, 9, 12, 16, 17, 68})
    for (const int count : {1, 3, 4, 7, 16, 33, 400, 512, 1024}) {
      const auto padded = static_cast<std::size_t>((count + 15) / 16 * 16);
      AlignedBuffer<std::int32_t> anchor(padded);
      AlignedBuffer<float> dx(padded), dy(padded), shape(144);
      for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
        anchor[i] = static_cast<std::int32_t>(random() % static_cast<unsigned>(points));
        dx[i] = uniform(random, -0.3f, 0.3f);
        dy[i] = uniform(random, -0.3f, 0.3f);
      }
      const FeatureTable features{anchor.data(), dx.data(), dy.data(), count, points};
      for (const double extent : {20.0, 61.0, 300.0, 1e12}) {
        for (std::size_t i = 0; i < 136; ++i) shape[i] = uniform(random, -0.2f, 1.2f);
        // Shapes that flew away: far, infinite, no number.
        shape[0] = 1e30f;
        shape[3] = -std::numeric_limits<float>::infinity();
        shape[4] = std::numeric_limits<float>::quiet_NaN();
        const SampledImage image{pixels.data(), 70, kWidth, kHeight, -3.0, 2.0, extent, extent / 2};
        const std::size_t size = (static_cast<std::size_t>(count) + 63) / 64 * 64;
        AlignedBuffer<std::uint8_t> expected(size + 64), found(size + 64);
        std::memset(found.data(), 7, size + 64);
        scalar::sample_features(image, features, shape.data(), 0.9f, -0.2f, expected.data());
        GetParam().sample_features(image, features, shape.data(), 0.9f, -0.2f, found.data());
        for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
          ASSERT_EQ(found[i], expected[i]) << "feature " << i << " of " << count;
        }
        for (std::size_t i = size; i < size + 64; ++i) ASSERT_EQ(found[i], 7) << "wrote behind";
      }
    }
}

// Patches lie at the origin, where a variant may do without double precision; also where positions
// fall on the border of two pixels, and a bit beside it.
TEST_P(TreeVariants, SampleFeaturesOfAPatchRoundsAsScalar) {
  std::mt19937 random(4);
  constexpr int kCount = 400;
  std::vector<std::uint8_t> pixels(112 * 112 + 64);
  for (auto& pixel : pixels) pixel = static_cast<std::uint8_t>(random() | 1u);
  AlignedBuffer<std::int32_t> anchor(kCount);
  AlignedBuffer<float> dx(kCount), dy(kCount), shape(144);
  for (const int points : {6, 12, 22, 68})
    for (const int width : {40, 64, 96, 112}) {
      for (std::size_t i = 0; i < 136; ++i) {
        const auto halves = static_cast<float>(static_cast<int>(random() % 260u) - 20);
        shape[i] = 0.5f * halves / static_cast<float>(width);
        if (i % 3 == 1) shape[i] = std::nextafter(shape[i], -9.0f);
        if (i % 3 == 2) shape[i] = uniform(random, -0.1f, 1.1f);
      }
      shape[0] = -1e-30f;
      shape[1] = 1e30f;
      shape[5] = std::numeric_limits<float>::quiet_NaN();
      for (std::size_t i = 0; i < kCount; ++i) {
        anchor[i] = static_cast<std::int32_t>(random() % static_cast<unsigned>(points));
        dx[i] = i % 2 == 0 ? 0.0f : uniform(random, -0.3f, 0.3f);
        dy[i] = i % 2 == 0 ? 0.0f : uniform(random, -0.3f, 0.3f);
      }
      const FeatureTable features{anchor.data(), dx.data(), dy.data(), kCount, points};
      const SampledImage image{pixels.data(),
                               112,
                               width,
                               80,
                               0.0,
                               0.0,
                               static_cast<double>(width),
                               static_cast<double>(width)};
      AlignedBuffer<std::uint8_t> expected(448), found(448);
      scalar::sample_features(image, features, shape.data(), 1.0f, 0.1f, expected.data());
      GetParam().sample_features(image, features, shape.data(), 1.0f, 0.1f, found.data());
      for (std::size_t i = 0; i < kCount; ++i) {
        ASSERT_EQ(found[i], expected[i]) << "feature " << i << ", " << points << " points";
      }
    }
}

TEST_P(TreeVariants, WalkTreesEqualsScalar) {
  std::mt19937 random(2);
  for (const int depth : {1, 2, 3, 4, 5, 6, 8}) {
    for (const int trees : {1, 4, 5, 6, 63, 64, 65, 300}) {
      for (const int feature_count : {1, 100, 256, 400, 512, 513, 1024}) {
        const std::size_t node_count = static_cast<std::size_t>(trees) * ((1u << depth) - 1u);
        std::vector<TreeNode> nodes(node_count);
        const auto feature = [&] {
          return static_cast<unsigned>(random() % static_cast<unsigned>(feature_count));
        };
        for (TreeNode& node : nodes) {
          const unsigned limit = random() % 4 == 0 ? 256 : 40;
          const unsigned first = feature(), second = feature();
          node = TreeNode::of(first, second, static_cast<unsigned>(random() % limit));
        }
        TreeTable table{nodes.data(), nullptr, depth, trees, feature_count};
        const std::size_t bytes = byte_nodes_size(table);
        EXPECT_EQ(bytes == 0, depth > 5 || feature_count > 512);
        AlignedBuffer<std::uint8_t> byte_nodes(bytes);
        if (bytes > 0 && GetParam().uses_byte_nodes) {
          pack_byte_nodes(table, byte_nodes.data());
          table.byte_nodes = byte_nodes.data();
        }
        AlignedBuffer<std::uint8_t> values(1024);
        for (std::size_t i = 0; i < 1024; ++i) values[i] = static_cast<std::uint8_t>(random());
        const std::size_t size = (static_cast<std::size_t>(trees) + 63) / 64 * 64;
        AlignedBuffer<std::uint8_t> expected(size), found(size + 64);
        std::memset(found.data(), 255, size + 64);
        scalar::walk_trees(table, values.data(), expected.data());
        GetParam().walk_trees(table, values.data(), found.data());
        for (std::size_t i = 0; i < static_cast<std::size_t>(trees); ++i) {
          ASSERT_EQ(found[i], expected[i])
              << "tree " << i << " of " << trees << ", depth " << depth;
        }
        for (std::size_t i = size; i < size + 64; ++i) ASSERT_EQ(found[i], 255) << "wrote behind";
      }
    }
  }
}

struct RandomLeaves {
  RandomLeaves(int tree_count, int depth, int value_count, std::mt19937& random)
      : rows_f32(row_count(tree_count, depth) * row_length(value_count)),
        rows_16(rows_f32.size()),
        rows_i16(row_count(tree_count, depth) * i16_row_bytes(value_count) / 2),
        leaf((static_cast<std::size_t>(tree_count) + 63) / 64 * 64),
        table_f32{
            reinterpret_cast<const std::byte*>(rows_f32.data()), depth, tree_count, value_count},
        table_16{
            reinterpret_cast<const std::byte*>(rows_16.data()), depth, tree_count, value_count},
        table_i16{
            reinterpret_cast<const std::byte*>(rows_i16.data()), depth, tree_count, value_count} {
    const std::size_t length = row_length(value_count);
    for (std::size_t i = 0; i < rows_f32.size(); ++i) {
      if (i % length >= static_cast<std::size_t>(value_count)) continue;
      rows_f32[i] = uniform(random, -1.0f, 1.0f);
      // Finite halves.
      rows_16[i] = static_cast<std::uint16_t>(random() & 0xbbffu);
    }
    for (std::size_t i = 0; i < rows_i16.size(); ++i) {
      // Numbers behind a row must not be added anywhere, whatever they are.
      rows_i16[i] = static_cast<std::int16_t>(random());
    }
    for (std::size_t i = 0; i < static_cast<std::size_t>(tree_count); ++i) {
      leaf[i] = static_cast<std::uint8_t>(random() % (1u << depth));
    }
  }
  static std::size_t row_count(int trees, int depth) {
    return static_cast<std::size_t>(trees) << depth;
  }
  static std::size_t row_length(int values) {
    return (static_cast<std::size_t>(values) + 7) / 8 * 8;
  }

  AlignedBuffer<float> rows_f32;
  AlignedBuffer<std::uint16_t> rows_16;
  AlignedBuffer<std::int16_t> rows_i16;
  AlignedBuffer<std::uint8_t> leaf;
  LeafTable table_f32, table_16, table_i16;
};

TEST_P(TreeVariants, AddLeavesEqualsScalarBitByBit) {
  std::mt19937 random(3);
  for (const int values : {2, 7, 8, 12, 15, 16, 17, 24, 100, 136, 140, 196, 300, 1024}) {
    for (const int trees : {1, 11, 12, 13, 70, 256, 600}) {
      const RandomLeaves leaves(trees, 3, values, random);
      const std::size_t size = (static_cast<std::size_t>(values) + 15) / 16 * 16;
      AlignedBuffer<float> start(size + 16);
      for (std::size_t i = 0; i < size + 16; ++i) start[i] = uniform(random, 0.0f, 1.0f);
      const auto expect_equal = [&](auto run_scalar, auto run_variant, const char* type) {
        AlignedBuffer<float> expected(size + 16), found(size + 16);
        std::memcpy(expected.data(), start.data(), (size + 16) * 4);
        std::memcpy(found.data(), start.data(), (size + 16) * 4);
        run_scalar(expected.data());
        run_variant(found.data());
        for (std::size_t i = 0; i < static_cast<std::size_t>(values); ++i) {
          ASSERT_EQ(found[i], expected[i]) << type << " value " << i << " of " << values;
        }
        for (std::size_t i = size; i < size + 16; ++i) ASSERT_EQ(found[i], start[i]);
      };
      const TreeKernels& variant = GetParam();
      const std::uint8_t* leaf = leaves.leaf.data();
      expect_equal([&](float* s) { scalar::add_leaves_f32(leaves.table_f32, leaf, s); },
                   [&](float* s) { variant.add_leaves_f32(leaves.table_f32, leaf, s); },
                   "f32");
      expect_equal([&](float* s) { scalar::add_leaves_f16(leaves.table_16, leaf, s); },
                   [&](float* s) { variant.add_leaves_f16(leaves.table_16, leaf, s); },
                   "f16");
      expect_equal([&](float* s) { scalar::add_leaves_i16(leaves.table_i16, leaf, 1e-5f, s); },
                   [&](float* s) { variant.add_leaves_i16(leaves.table_i16, leaf, 1e-5f, s); },
                   "i16");
    }
  }
}

INSTANTIATE_TEST_SUITE_P(TreeEnsemble,
                         TreeVariants,
                         ::testing::ValuesIn(variants_to_test()),
                         [](const auto& variant) { return std::string(variant.param.isa); });

}  // namespace
}  // namespace eyelid::kernels
