// SPDX-License-Identifier: MIT
#include "eyelid/kernels/tree_ensemble/scalar.hpp"

namespace eyelid::kernels {

void sample_features(const SampledImage& image,
                     const FeatureTable& features,
                     const float* shape,
                     float a,
                     float b,
                     std::uint8_t* values) {
  scalar::sample_features(image, features, shape, a, b, values);
}

void walk_trees(const std::uint32_t* nodes,
                int depth,
                int tree_count,
                const std::uint8_t* values,
                std::uint8_t* leaf) {
  scalar::walk_trees(nodes, depth, tree_count, values, leaf);
}

void add_leaves_f32(const LeafTable& leaves, const std::uint8_t* leaf, float* shape) {
  scalar::add_leaves_f32(leaves, leaf, shape);
}

void add_leaves_f16(const LeafTable& leaves, const std::uint8_t* leaf, float* shape) {
  scalar::add_leaves_f16(leaves, leaf, shape);
}

void add_leaves_i16(const LeafTable& leaves, const std::uint8_t* leaf, float scale, float* shape) {
  scalar::add_leaves_i16(leaves, leaf, scale, shape);
}

}  // namespace eyelid::kernels
