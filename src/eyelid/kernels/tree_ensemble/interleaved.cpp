// SPDX-License-Identifier: MIT
#include "eyelid/kernels/tree_ensemble/tree_ensemble.hpp"

namespace eyelid::kernels {
namespace interleaved {
namespace {

// A walk is a chain of dependent loads; several chains side by side hide their latency. Five fill
// the registers of x86 (Zen 3: 29 us for 7,500 trees of depth 4, 42 us one by one; 42 us with
// AVX2 gathers).
constexpr int kTrees = 5;
// The nodes of a model are read once per frame, often from beyond the second-level cache, and by
// steps that the hardware does not guess: they are fetched this many trees ahead. To fetch rows of
// leaves as they are chosen, too, made walks slower by more than the sums became faster.
constexpr int kAhead = 20;

[[gnu::always_inline]] inline void fetch(const void* begin, std::size_t bytes) {
#pragma GCC unroll 32
  for (std::size_t i = 0; i < bytes; i += 64) {
    __builtin_prefetch(static_cast<const char*>(begin) + i);
  }
}

template <int depth>
void walk(const TreeTable& trees, const std::uint8_t* values, std::uint8_t* leaf) {
  constexpr std::size_t node_count = (std::size_t{1} << depth) - 1;
  const TreeNode* nodes = trees.nodes;
  int tree = 0;
  for (; tree + kTrees <= trees.tree_count; tree += kTrees, nodes += kTrees * node_count) {
    fetch(nodes + kAhead * node_count, kTrees * node_count * sizeof(TreeNode));
    std::size_t path[kTrees] = {};
#pragma GCC unroll 8
    for (int level = 0; level < depth; ++level) {
#pragma GCC unroll 8
      for (std::size_t j = 0; j < kTrees; ++j) {
        const TreeNode& node = nodes[j * node_count + (std::size_t{1} << level) - 1 + path[j]];
        const unsigned a = values[node.feature_a];
        const unsigned b = values[node.feature_b];
        path[j] = 2 * path[j] + (b + node.threshold < a ? 1u : 0u);  // compare and add with carry
      }
    }
#pragma GCC unroll 8
    for (int j = 0; j < kTrees; ++j) leaf[tree + j] = static_cast<std::uint8_t>(path[j]);
  }
  const TreeTable rest{nodes, nullptr, depth, trees.tree_count - tree, kMaxTreeFeatures};
  scalar::walk_trees(rest, values, leaf + tree);
}

}  // namespace

void walk_trees(const TreeTable& trees, const std::uint8_t* values, std::uint8_t* leaf) {
  switch (trees.depth) {
    case 3:
      return walk<3>(trees, values, leaf);
    case 4:
      return walk<4>(trees, values, leaf);
    case 5:
      return walk<5>(trees, values, leaf);
    default:
      return scalar::walk_trees(trees, values, leaf);
  }
}

}  // namespace interleaved
}  // namespace eyelid::kernels
