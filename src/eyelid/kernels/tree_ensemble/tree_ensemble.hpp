// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

/// One step (cascade) of an ensemble of regression trees, in three operations: sample pixels around
/// the current shape, walk the trees, add the leaves. Kazemi & Sullivan, CVPR 2014, with the
/// arithmetic of dlib 19.24 (`impl::extract_feature_pixel_values`, `impl::regression_tree`).
///
/// Every instruction set gives the same bits: additions keep the order of the trees, positions are
/// double precision, nothing is fused.
namespace eyelid::kernels {

inline constexpr int kMaxTreeFeatures = 1024;  // per cascade: ten bits in a node
inline constexpr int kMaxTreeDepth = 8;

/// An image and the box in it that shapes are normalised to: a normalised point (x, y) is pixel
/// (left + x extent_x, top + y extent_y).
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
};

/// values[i] = pixel nearest to shape[anchor] + (a dx - b dy, b dx + a dy), rounded as floor(p +
/// .5); 0 outside the image. `shape` is x0 y0 x1 y1 ...; `values` holds count rounded up to 64.
void sample_features(const SampledImage& image,
                     const FeatureTable& features,
                     const float* shape,
                     float a,
                     float b,
                     std::uint8_t* values);

/// A node: feature a in bits 0-9, feature b in bits 10-19, threshold 0 .. 255 from bit 20 on.
/// The test is values[a] - values[b] > threshold.
constexpr std::uint32_t pack_node(std::uint32_t a, std::uint32_t b, std::uint32_t threshold) {
  return a | b << 10 | threshold << 20;
}

/// leaf[t] = path of tree t as a number, its first test the highest bit.
///
/// A tree is 2^depth - 1 nodes, level by level, each level ordered by the path to it.
void walk_trees(const std::uint32_t* nodes,
                int depth,
                int tree_count,
                const std::uint8_t* values,
                std::uint8_t* leaf);

/// Leaves of one cascade: row (t << depth) + leaf[t] holds the values of tree t; rows are
/// `row_bytes` apart (a multiple of 32), padded with zeros.
struct LeafTable {
  const std::byte* rows;
  std::size_t row_bytes;
  int depth;
  int tree_count;
  int value_count;  // numbers in a row, without padding
};

/// shape[i] += leaf value i of tree 0, then of tree 1, ... `shape` holds value_count rounded up to
/// 16 numbers. The same for leaves stored as half precision.
void add_leaves_f32(const LeafTable& leaves, const std::uint8_t* leaf, float* shape);
void add_leaves_f16(const LeafTable& leaves, const std::uint8_t* leaf, float* shape);
/// shape[i] += scale * (sum over trees of the 16-bit leaf value i, exact).
void add_leaves_i16(const LeafTable& leaves, const std::uint8_t* leaf, float scale, float* shape);

/// IEEE half precision <-> single, rounding to nearest even; in software, as every processor does.
float float_from_half(std::uint16_t half);
std::uint16_t half_from_float(float value);

}  // namespace eyelid::kernels
