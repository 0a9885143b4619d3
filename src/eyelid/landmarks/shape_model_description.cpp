// SPDX-License-Identifier: MIT
#include "eyelid/landmarks/shape_model_description.hpp"

#include <algorithm>
#include <cmath>

#include "eyelid/core/error.hpp"
#include "eyelid/kernels/tree_ensemble/tree_ensemble.hpp"

namespace eyelid::landmarks {
namespace {

[[noreturn]] void fail(const std::string& source, const std::string& found) {
  throw InputError(source + ": " + found + ", expected a consistent ensemble of regression trees");
}

bool is_finite(Point p) { return std::isfinite(p.x) && std::isfinite(p.y); }

void check_cascade(const ShapeModelDescription& model,
                   const ShapeModelDescription::Cascade& cascade,
                   const std::string& source) {
  const std::size_t leaf_count = std::size_t{1} << model.depth;
  const std::size_t trees = model.tree_count(cascade);
  if (trees == 0 || trees > kMaxTrees || cascade.splits.size() != trees * (leaf_count - 1)) {
    fail(source, std::to_string(cascade.splits.size()) + " splits in a cascade");
  }
  if (cascade.leaves.size() != trees * leaf_count * 2 * model.mean_shape.size()) {
    fail(source, std::to_string(cascade.leaves.size()) + " leaf values in a cascade");
  }
  const std::size_t features = cascade.features.size();
  if (features == 0 || features > kernels::kMaxTreeFeatures) {
    fail(source, std::to_string(features) + " features in a cascade");
  }
  for (const auto& feature : cascade.features) {
    if (feature.anchor >= model.mean_shape.size()) fail(source, "a feature at a missing point");
    if (!is_finite(feature.offset)) fail(source, "a feature offset that is not a number");
  }
  for (const auto& split : cascade.splits) {
    if (split.feature_a >= features || split.feature_b >= features) {
      fail(source, "a split on a missing feature");
    }
    if (split.threshold < -256 || split.threshold > 255) {
      fail(source, "a split threshold of " + std::to_string(split.threshold));
    }
  }
  if (!std::all_of(cascade.leaves.begin(), cascade.leaves.end(), [](float value) {
        return std::isfinite(value);
      })) {
    fail(source, "a leaf value that is not a number");
  }
}

}  // namespace

std::size_t ShapeModelDescription::tree_count(const Cascade& cascade) const {
  return cascade.splits.size() / ((std::size_t{1} << depth) - 1);
}

void ShapeModelDescription::check(const std::string& source) const {
  if (mean_shape.empty() || mean_shape.size() > kMaxShapePoints) {
    fail(source, std::to_string(mean_shape.size()) + " points");
  }
  if (!std::all_of(mean_shape.begin(), mean_shape.end(), [](Point p) { return is_finite(p); })) {
    fail(source, "a mean shape that is not a number");
  }
  if (depth < 1 || depth > kernels::kMaxTreeDepth) {
    fail(source, "trees of depth " + std::to_string(depth));
  }
  if (cascades.empty()) fail(source, "no cascade");
  for (const Cascade& cascade : cascades) check_cascade(*this, cascade, source);
}

float leaf_scale(std::span<const float> leaves) {
  float largest = 0.0f;
  for (const float value : leaves) largest = std::max(largest, std::fabs(value));
  return largest > 0.0f ? largest / 32767.0f : 1.0f;
}

}  // namespace eyelid::landmarks
