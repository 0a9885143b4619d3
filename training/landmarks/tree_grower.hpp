// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "eyelid/landmarks/shape_model_description.hpp"
#include "eyelid/synthesis/random.hpp"
#include "training/landmarks/pixel_table.hpp"
#include "training/landmarks/residual_table.hpp"
#include "training/landmarks/shape_trainer.hpp"

namespace eyelid::training {

/// Grows the trees of one cascade, one after another, each on what the ones before left over.
///
/// Random numbers belong to a node, sums to fixed blocks of samples: threads change nothing.
class TreeGrower {
 public:
  using Split = landmarks::ShapeModelDescription::Split;

  /// `places` are the features' positions in the mean shape. The tables must outlive the grower.
  TreeGrower(const ShapeTrainingOptions& options,
             std::span<const Point> places,
             const PixelTable& pixels,
             ResidualTable& residuals);

  /// Appends a tree to `cascade` and takes its leaves off the residuals. `seed` is this tree's own.
  void grow(std::uint64_t seed, landmarks::ShapeModelDescription::Cascade& cascade);

 private:
  struct Node {
    std::size_t begin = 0;  // in order_
    std::size_t end = 0;
    // Sub-sample: order_[first], order_[first + step], ...
    std::size_t first = 0;
    std::size_t step = 1;
    std::size_t count = 0;
    std::vector<Split> candidates;
    Split best;
    std::size_t size() const { return end - begin; }
  };
  /// A block of one node's sub-sample, and what was summed over it.
  struct Block {
    std::size_t node;
    std::size_t begin;
    std::size_t end;
  };

  Split draw_split(const Node& node, synthesis::Random& random) const;
  void prepare_node(Node& node, synthesis::Random& random) const;
  void sum_block(const Block& block, std::size_t index);
  void sum_rows(std::span<const std::uint32_t> samples, float* sum) const;
  template <std::size_t kColumns>
  void sum_columns(std::span<const std::uint32_t> samples, std::size_t column, float* sum) const;
  void choose_split(Node& node, std::size_t first_block, std::size_t last_block) const;
  void partition(const Node& node, Node& left, Node& right);
  void settle_leaf(const Node& leaf, std::span<float> values);
  void split_level(std::size_t first_node, std::size_t last_node);

  bool goes_left(const Split& split, std::uint32_t sample) const {
    return pixels_.column(split.feature_a)[sample] - pixels_.column(split.feature_b)[sample] >
           split.threshold;
  }
  std::size_t tests() const { return static_cast<std::size_t>(options_.tests); }

  const ShapeTrainingOptions& options_;
  std::span<const Point> places_;
  const PixelTable& pixels_;
  ResidualTable& residuals_;
  std::vector<std::uint32_t> order_;    // samples, those of a node together and ascending
  std::vector<std::uint32_t> scratch_;  // as long
  std::vector<Node> nodes_;
  std::vector<float> sums_;          // (blocks, tests + 1, width): left of each test, then all
  std::vector<std::size_t> counts_;  // (blocks, tests): samples on the left
};

}  // namespace eyelid::training
