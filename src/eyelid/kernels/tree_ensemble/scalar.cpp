// SPDX-License-Identifier: MIT
#include <cmath>

#include "eyelid/core/half.hpp"
#include "eyelid/kernels/tree_ensemble/tree_ensemble.hpp"

namespace eyelid::kernels {
namespace scalar {
namespace {

template <class T>
const T* leaf_row(const LeafTable& leaves, const std::uint8_t* leaf, int tree) {
  const std::size_t row = (static_cast<std::size_t>(tree) << leaves.depth) + leaf[tree];
  const std::size_t row_length = (static_cast<std::size_t>(leaves.value_count) + 7) / 8 * 8;
  return reinterpret_cast<const T*>(leaves.rows) + row * row_length;
}

}  // namespace

void sample_features(const SampledImage& image,
                     const FeatureTable& features,
                     const float* shape,
                     float a,
                     float b,
                     std::uint8_t* values) {
  for (int i = 0; i < features.count; ++i) {
    const float* anchor = shape + 2 * features.anchor[i];
    const float x = (a * features.dx[i] - b * features.dy[i]) + anchor[0];
    const float y = (b * features.dx[i] + a * features.dy[i]) + anchor[1];
    const double column = std::floor(image.left + image.extent_x * double{x} + 0.5);
    const double row = std::floor(image.top + image.extent_y * double{y} + 0.5);
    // Compared as doubles: positions of a diverged shape need not fit an integer, or be numbers.
    const bool is_inside =
        column >= 0.0 && column < image.width && row >= 0.0 && row < image.height;
    values[i] = is_inside ? image.pixels[static_cast<std::ptrdiff_t>(row) * image.stride +
                                         static_cast<std::ptrdiff_t>(column)]
                          : std::uint8_t{0};
  }
}

void walk_trees(const TreeTable& trees, const std::uint8_t* values, std::uint8_t* leaf) {
  const std::size_t node_count = (std::size_t{1} << trees.depth) - 1;
  const TreeNode* nodes = trees.nodes;
  for (int tree = 0; tree < trees.tree_count; ++tree, nodes += node_count) {
    std::size_t path = 0;
    for (int level = 0; level < trees.depth; ++level) {
      const TreeNode& node = nodes[(std::size_t{1} << level) - 1 + path];
      const bool is_true = values[node.feature_a()] > values[node.feature_b()] + node.threshold();
      path = 2 * path + (is_true ? 1 : 0);
    }
    leaf[tree] = static_cast<std::uint8_t>(path);
  }
}

void add_leaves_f32(const LeafTable& leaves, const std::uint8_t* leaf, float* shape) {
  for (int tree = 0; tree < leaves.tree_count; ++tree) {
    const float* row = leaf_row<float>(leaves, leaf, tree);
    for (int i = 0; i < leaves.value_count; ++i) shape[i] += row[i];
  }
}

void add_leaves_f16(const LeafTable& leaves, const std::uint8_t* leaf, float* shape) {
  for (int tree = 0; tree < leaves.tree_count; ++tree) {
    const std::uint16_t* row = leaf_row<std::uint16_t>(leaves, leaf, tree);
    for (int i = 0; i < leaves.value_count; ++i) shape[i] += float_from_half(row[i]);
  }
}

void add_leaves_i16(const LeafTable& leaves, const std::uint8_t* leaf, float scale, float* shape) {
  const std::size_t row_length = i16_row_bytes(leaves.value_count) / 2;
  const auto* rows = reinterpret_cast<const std::int16_t*>(leaves.rows);
  for (int i = 0; i < leaves.value_count; ++i) {
    std::int32_t sum = 0;
    for (int tree = 0; tree < leaves.tree_count; ++tree) {
      sum += rows[((static_cast<std::size_t>(tree) << leaves.depth) + leaf[tree]) * row_length +
                  static_cast<std::size_t>(i)];
    }
    shape[i] += scale * static_cast<float>(sum);
  }
}

}  // namespace scalar

}  // namespace eyelid::kernels
