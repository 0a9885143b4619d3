// SPDX-License-Identifier: MIT
#include "training/landmarks/tree_grower.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <tbb/parallel_for.h>

#include "eyelid/core/half.hpp"

namespace eyelid::training {
namespace {

constexpr std::size_t kBlock = 512;  // samples

double squared(const std::vector<double>& sum) {
  return std::inner_product(sum.begin(), sum.end(), sum.begin(), 0.0);
}

}  // namespace

TreeGrower::TreeGrower(const ShapeTrainingOptions& options,
                       std::span<const Point> places,
                       const PixelTable& pixels,
                       ResidualTable& residuals)
    : options_(options),
      places_(places),
      pixels_(pixels),
      residuals_(residuals),
      order_(residuals.samples()),
      scratch_(residuals.samples()),
      nodes_((std::size_t{2} << options.depth) - 1) {}

void TreeGrower::grow(std::uint64_t seed, landmarks::ShapeModelDescription::Cascade& cascade) {
  std::iota(order_.begin(), order_.end(), 0u);
  nodes_[0].begin = 0;
  nodes_[0].end = order_.size();
  const std::size_t leaf_count = std::size_t{1} << options_.depth;
  for (std::size_t level = 1; level < leaf_count; level *= 2) {
    const std::size_t first = level - 1;
    tbb::parallel_for(first, first + level, [&](std::size_t node) {
      synthesis::Random random(seed, node);
      prepare_node(nodes_[node], random);
    });
    split_level(first, first + level);
  }
  for (std::size_t node = 0; node + 1 < leaf_count; ++node) {
    cascade.splits.push_back(nodes_[node].best);
  }

  const std::size_t values = residuals_.value_count();
  const std::size_t begin = cascade.leaves.size();
  cascade.leaves.resize(begin + leaf_count * values);
  tbb::parallel_for(std::size_t{0}, leaf_count, [&](std::size_t leaf) {
    settle_leaf(nodes_[leaf_count - 1 + leaf],
                std::span(cascade.leaves).subspan(begin + leaf * values, values));
  });
}

TreeGrower::Split TreeGrower::draw_split(const Node& node, synthesis::Random& random) const {
  constexpr int kPatience = 1000;
  const int count = static_cast<int>(places_.size());
  Split split;
  for (int attempt = 0; attempt < kPatience; ++attempt) {
    const int a = random.index(count);
    const int b = random.index(count);
    if (a == b) continue;
    split.feature_a = static_cast<std::uint16_t>(a);
    split.feature_b = static_cast<std::uint16_t>(b);
    const float apart =
        distance(places_[static_cast<std::size_t>(a)], places_[static_cast<std::size_t>(b)]);
    if (std::exp(-apart / options_.closeness) > random.unit()) break;
  }
  // Just below or at the difference of one sample, so that it lies on a border of the data.
  const int place = random.index(static_cast<int>(node.size()));
  const std::uint32_t sample = order_[node.begin + static_cast<std::size_t>(place)];
  const int difference =
      pixels_.column(split.feature_a)[sample] - pixels_.column(split.feature_b)[sample];
  split.threshold = static_cast<std::int16_t>(difference - (random.chance(0.5) ? 1 : 0));
  return split;
}

void TreeGrower::prepare_node(Node& node, synthesis::Random& random) const {
  node.best = {};
  node.candidates.clear();
  node.count = std::min(node.size(), options_.split_samples);
  if (node.size() < 2) return;
  node.step = node.size() / node.count;
  const std::size_t reach = node.step * (node.count - 1) + 1;
  node.first = node.begin +
               static_cast<std::size_t>(random.index(static_cast<int>(node.size() - reach + 1)));
  for (int test = 0; test < options_.tests; ++test) {
    node.candidates.push_back(draw_split(node, random));
  }
}

void TreeGrower::split_level(std::size_t first_node, std::size_t last_node) {
  std::vector<Block> blocks;
  std::vector<std::size_t> first_block;
  for (std::size_t index = first_node; index < last_node; ++index) {
    first_block.push_back(blocks.size());
    const Node& node = nodes_[index];
    if (node.candidates.empty()) continue;
    for (std::size_t begin = 0; begin < node.count; begin += kBlock) {
      blocks.push_back({index, begin, std::min(begin + kBlock, node.count)});
    }
  }
  first_block.push_back(blocks.size());

  sums_.resize(blocks.size() * (tests() + 1) * residuals_.width());
  counts_.resize(blocks.size() * tests());
  tbb::parallel_for(std::size_t{0}, blocks.size(), [&](std::size_t i) { sum_block(blocks[i], i); });
  tbb::parallel_for(first_node, last_node, [&](std::size_t index) {
    Node& node = nodes_[index];
    choose_split(node, first_block[index - first_node], first_block[index - first_node + 1]);
    partition(node, nodes_[2 * index + 1], nodes_[2 * index + 2]);
  });
}

void TreeGrower::sum_block(const Block& block, std::size_t index) {
  const Node& node = nodes_[block.node];
  const std::size_t width = residuals_.width();
  const std::size_t count = block.end - block.begin;
  float* sums = sums_.data() + index * (tests() + 1) * width;
  std::size_t* counts = counts_.data() + index * tests();
  std::array<std::uint32_t, kBlock> samples;
  for (std::size_t i = 0; i < count; ++i) {
    samples[i] = order_[node.first + (block.begin + i) * node.step];
  }
  // First which samples go left, without branches that nobody could predict; then their rows, while
  // the block's are in the nearest cache.
  std::array<std::uint32_t, kBlock> left;
  for (std::size_t test = 0; test < tests(); ++test) {
    const Split& split = node.candidates[test];
    const std::uint8_t* a = pixels_.column(split.feature_a);
    const std::uint8_t* b = pixels_.column(split.feature_b);
    std::size_t on_left = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t sample = samples[i];
      left[on_left] = sample;
      on_left += a[sample] - b[sample] > split.threshold ? 1u : 0u;
    }
    counts[test] = on_left;
    sum_rows(std::span(left).first(on_left), sums + test * width);
  }
  sum_rows(std::span(samples).first(count), sums + tests() * width);
}

// In the order of the samples, four vectors at a time in registers.
void TreeGrower::sum_rows(std::span<const std::uint32_t> samples, float* sum) const {
  constexpr std::size_t kColumns = 16;
  const std::size_t width = residuals_.width();
  std::size_t column = 0;
  for (; column + kColumns <= width; column += kColumns) {
    sum_columns<kColumns>(samples, column, sum);
  }
  for (; column < width; column += ResidualTable::kVector) {
    sum_columns<ResidualTable::kVector>(samples, column, sum);
  }
}

template <std::size_t kColumns>
void TreeGrower::sum_columns(std::span<const std::uint32_t> samples,
                             std::size_t column,
                             float* sum) const {
  std::array<float, kColumns> total{};
  for (const std::uint32_t sample : samples) {
    const float* row = residuals_.row(sample) + column;
    for (std::size_t i = 0; i < kColumns; ++i) total[i] += row[i];
  }
  std::copy(total.begin(), total.end(), sum + column);
}

void TreeGrower::choose_split(Node& node, std::size_t first_block, std::size_t last_block) const {
  if (node.candidates.empty()) return;
  const std::size_t width = residuals_.width();
  const auto sum_of = [&](std::size_t test, std::vector<double>& sum) {
    sum.assign(width, 0.0);
    for (std::size_t block = first_block; block < last_block; ++block) {
      const float* part = sums_.data() + (block * (tests() + 1) + test) * width;
      for (std::size_t i = 0; i < width; ++i) sum[i] += static_cast<double>(part[i]);
    }
  };
  std::vector<double> all;
  std::vector<double> left;
  std::vector<double> right(width);
  sum_of(tests(), all);
  node.best = node.candidates[0];
  double best_score = -1.0;
  for (std::size_t test = 0; test < tests(); ++test) {
    std::size_t on_left = 0;
    for (std::size_t block = first_block; block < last_block; ++block) {
      on_left += counts_[block * tests() + test];
    }
    if (on_left == 0 || on_left == node.count) continue;
    sum_of(test, left);
    for (std::size_t i = 0; i < width; ++i) right[i] = all[i] - left[i];
    // The squared residual that leaves of both sides' means would take away.
    const double score = squared(left) / static_cast<double>(on_left) +
                         squared(right) / static_cast<double>(node.count - on_left);
    if (score > best_score) {
      best_score = score;
      node.best = node.candidates[test];
    }
  }
}

void TreeGrower::partition(const Node& node, Node& left, Node& right) {
  std::size_t kept = node.begin;
  std::size_t moved = node.begin;
  for (std::size_t i = node.begin; i < node.end; ++i) {
    // Written to both, kept in one: which one cannot be predicted.
    const std::uint32_t sample = order_[i];
    const bool is_left = goes_left(node.best, sample);
    order_[kept] = sample;
    scratch_[moved] = sample;
    kept += is_left ? 1u : 0u;
    moved += is_left ? 0u : 1u;
  }
  std::copy(scratch_.begin() + static_cast<std::ptrdiff_t>(node.begin),
            scratch_.begin() + static_cast<std::ptrdiff_t>(moved),
            order_.begin() + static_cast<std::ptrdiff_t>(kept));
  left.begin = node.begin;
  left.end = kept;
  right.begin = kept;
  right.end = node.end;
}

void TreeGrower::settle_leaf(const Node& leaf, std::span<float> values) {
  if (leaf.size() == 0) return;  // stays zero
  std::vector<float> block_sum(residuals_.width());
  std::vector<double> sum(residuals_.width());
  for (std::size_t begin = leaf.begin; begin < leaf.end; begin += kBlock) {
    const std::size_t count = std::min(kBlock, leaf.end - begin);
    sum_rows(std::span(order_).subspan(begin, count), block_sum.data());
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += static_cast<double>(block_sum[i]);
  }
  const double factor =
      static_cast<double>(options_.learning_rate) / static_cast<double>(leaf.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto exact = static_cast<float>(factor * sum[i]);
    values[i] = float_from_half(half_from_float(exact));
  }
  for (std::size_t i = leaf.begin; i < leaf.end; ++i) {
    float* row = residuals_.row(order_[i]);
    for (std::size_t j = 0; j < values.size(); ++j) row[j] -= values[j];
    residuals_.update_gaps(row);
  }
}

}  // namespace eyelid::training
