// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "eyelid/kernels/kernel_list.hpp"

/// One step (cascade) of an ensemble of regression trees, in three operations: sample pixels around
/// the current shape, walk the trees, add the leaves. Kazemi & Sullivan, CVPR 2014, with the
/// arithmetic of dlib 19.24 (`impl::extract_feature_pixel_values`, `impl::regression_tree`).
///
/// Every instruction set gives the same bits: additions keep the order of the trees, positions are
/// double precision, nothing is fused.
namespace eyelid::kernels {

inline constexpr int kMaxTreeFeatures = 1024;  // per cascade
inline constexpr int kMaxTreeDepth = 8;
inline constexpr int kMaxLeafValues = 1024;
inline constexpr int kTreeGroup = 64;  // `leaf` below is written in groups of this many trees

/// An image and the box in it that shapes are normalized to: a normalized point (x, y) is pixel
/// (left + extent_x x, top + extent_y y). stride * height must stay below 2^31.
struct SampledImage {
  const std::uint8_t* pixels;
  std::ptrdiff_t stride;
  int width;
  int height;
  double left, top, extent_x, extent_y;
};

/// Where features lie: at shape point `anchor` plus an offset in the mean shape's frame.
/// All arrays hold `count` rounded up to 16 entries, the rest zeros, aligned to 64 bytes.
struct FeatureTable {
  const std::int32_t* anchor;
  const float* dx;
  const float* dy;
  int count;
  int points;  // of the shape: anchors are smaller
};

/// values[i] = pixel nearest to shape[anchor] + (a dx - b dy, b dx + a dy), rounded as floor(p +
/// .5); 0 outside the image. `shape` is x0 y0 x1 y1 ..., readable up to 16 numbers in full;
/// `values` holds count rounded up to 64.
using SampleFeatures = void(const SampledImage& image,
                            const FeatureTable& features,
                            const float* shape,
                            float a,
                            float b,
                            std::uint8_t* values);

/// The test of a node is values[feature_a] > values[feature_b] + threshold; features are below
/// kMaxTreeFeatures, the threshold is 0 .. 255. Four bytes: walks of large models wait for nodes
/// more than they compute.
struct TreeNode {
  std::uint32_t bits;

  static constexpr TreeNode of(unsigned feature_a, unsigned feature_b, unsigned threshold) {
    return {feature_a | feature_b << 10 | threshold << 20};
  }
  constexpr unsigned feature_a() const { return bits & 1023u; }
  constexpr unsigned feature_b() const { return bits >> 10 & 1023u; }
  constexpr unsigned threshold() const { return bits >> 20; }
};

/// The trees of one cascade. A tree is 2^depth - 1 nodes, level by level, each level ordered by the
/// path to it (a path is the number made of the tests so far, the first the highest bit, 1 = true).
struct TreeTable {
  const TreeNode* nodes;
  const std::uint8_t* byte_nodes;  // pack_byte_nodes of the same; null where not used
  int depth;
  int tree_count;
  int feature_count;
};

/// leaf[t] = path through tree t. `values` holds feature_count rounded up to 64 numbers, at least
/// 512; `leaf` tree_count rounded up to kTreeGroup. Both aligned to 64 bytes.
using WalkTrees = void(const TreeTable& trees, const std::uint8_t* values, std::uint8_t* leaf);

/// Leaves of one cascade: row (t << depth) + leaf[t] holds the values of tree t. Rows follow one
/// another, each value_count numbers padded with zeros to a multiple of eight (16-bit integers: see
/// i16_row_bytes).
struct LeafTable {
  const std::byte* rows;
  int depth;
  int tree_count;
  int value_count;  // at most kMaxLeafValues
};

/// shape[i] += leaf value i of tree 0, then of tree 1, ... `shape` holds value_count rounded up to
/// 16 numbers, aligned to 64 bytes. For leaves of single precision, and of half precision.
using AddLeaves = void(const LeafTable& leaves, const std::uint8_t* leaf, float* shape);

/// shape[i] += scale * (sum over trees of the leaf value i, exact). For leaves of 16-bit integers,
/// and of 8-bit ones from -127 to 127, whose rows are i8_row_bytes(value_count) apart and aligned
/// to as many bytes up to 32: one line of the cache holds a whole row of up to 64 values.
using AddScaledLeaves = void(const LeafTable& leaves,
                             const std::uint8_t* leaf,
                             float scale,
                             float* shape);

constexpr std::size_t i16_row_bytes(int value_count) {
  const auto bytes = 2 * static_cast<std::size_t>(value_count);
  return bytes > 32 && bytes <= 64 ? 64 : (bytes + 31) / 32 * 32;
}

struct TreeKernels {
  const char* isa;       // "scalar", "x86_avx2", ...
  std::uint32_t needs;   // compute::CpuFeature bits
  bool uses_byte_nodes;  // walk_trees reads TreeTable::byte_nodes where it is not null
  SampleFeatures* sample_features;
  WalkTrees* walk_trees;
  AddLeaves* add_leaves_f32;
  AddLeaves* add_leaves_f16;
  AddScaledLeaves* add_leaves_i16;
};

KernelList<TreeKernels> tree_kernels();

/// Nodes as byte columns, for walking 64 trees at once with table look-ups in registers:
/// byte ((group (2^depth - 1) + node) 4 + field) 64 + tree, fields: low byte of feature_a, of
/// feature_b, threshold, and the ninth bits of feature_a (bit 7) and feature_b (bit 6).
/// Only for at most 512 features and depth at most 5: size 0 means that it cannot be.
std::size_t byte_nodes_size(const TreeTable& trees);
void pack_byte_nodes(const TreeTable& trees, std::uint8_t* byte_nodes);

/// Declares the functions of one instruction set.
#define EYELID_TREE_KERNELS(isa)  \
  namespace isa {                 \
  SampleFeatures sample_features; \
  WalkTrees walk_trees;           \
  AddLeaves add_leaves_f32;       \
  AddLeaves add_leaves_f16;       \
  AddScaledLeaves add_leaves_i16; \
  }
EYELID_TREE_KERNELS(scalar)
EYELID_TREE_KERNELS(interleaved)  // walk_trees only: five trees at a time in plain C++
EYELID_TREE_KERNELS(avx2)
EYELID_TREE_KERNELS(avx512)
EYELID_TREE_KERNELS(avx512_vbmi)  // walk_trees only
EYELID_TREE_KERNELS(neon)

}  // namespace eyelid::kernels
