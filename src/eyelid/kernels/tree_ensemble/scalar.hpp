// SPDX-License-Identifier: MIT
#pragma once

#include "eyelid/kernels/tree_ensemble/tree_ensemble.hpp"

/// The definition of the results; see tree_ensemble.hpp.
namespace eyelid::kernels::scalar {

void sample_features(const SampledImage& image,
                     const FeatureTable& features,
                     const float* shape,
                     float a,
                     float b,
                     std::uint8_t* values);
void walk_trees(const std::uint32_t* nodes,
                int depth,
                int tree_count,
                const std::uint8_t* values,
                std::uint8_t* leaf);
void add_leaves_f32(const LeafTable& leaves, const std::uint8_t* leaf, float* shape);
void add_leaves_f16(const LeafTable& leaves, const std::uint8_t* leaf, float* shape);
void add_leaves_i16(const LeafTable& leaves, const std::uint8_t* leaf, float scale, float* shape);

}  // namespace eyelid::kernels::scalar
