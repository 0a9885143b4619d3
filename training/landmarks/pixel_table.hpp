// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "eyelid/landmarks/shape_model_description.hpp"
#include "training/landmarks/shape_trainer.hpp"

namespace eyelid::training {

/// The pixels that all features of a cascade see, feature after feature: a split reads two columns.
class PixelTable {
 public:
  PixelTable(std::size_t features, std::size_t samples)
      : samples_(samples), values_(features * samples) {}

  /// Samples all features for all rows: sample s begins at `shapes[s]` on patch `patch_of[s]`.
  void fill(const ShapeExamples& examples,
            std::span<const std::uint32_t> patch_of,
            std::span<const Point> mean_shape,
            std::span<const Point> shapes,
            std::span<const landmarks::ShapeModelDescription::Feature> features);

  const std::uint8_t* column(std::size_t feature) const {
    return values_.data() + feature * samples_;
  }

 private:
  std::size_t samples_;
  std::vector<std::uint8_t> values_;
};

}  // namespace eyelid::training
