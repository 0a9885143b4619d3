// SPDX-License-Identifier: MIT
#include "eyelid/kernels/tree_ensemble/tree_ensemble.hpp"

namespace eyelid::kernels {
namespace interleaved {
namespace {

// A walk is a chain of dependent loads; several chains side by side hide their latency. Of 6,000
// trees of depth 5 (Xeon, from the cache / from beyond): five at a time, nodes of eight bytes,
// nothing fetched ahead 28 / 57 us; eight, of four bytes, fetched ahead 17 / 26 us. AVX2 gathers
// took longer (Zen 3). To fetch rows of leaves as they are chosen, too, made walks slower by more
// than the sums became faster.
constexpr int kTrees = 8;
// Nodes are read by steps that the hardware does not guess: they are fetched this many trees ahead.
constexpr int kAhead = 20;

[[gnu::always_inline]] inline void fetch(const void* begin, std::size_t bytes) {
#pragma GCC unroll 32
  for (std::size_t i = 0; i < bytes; i += 64) {
    __builtin_prefetch(static_cast<const char*>(begin) + i);
  }
}

/// 2 path + (b < a).
[[gnu::always_inline]] inline std::size_t with_test(std::size_t path, unsigned b, unsigned a) {
#if defined(__x86_64__)
  // The carry of the comparison, which g++ first makes a number.
  asm("cmp %[a], %[b]\n\tadc %[path], %[path]" : [path] "+r"(path) : [a] "r"(a), [b] "r"(b) : "cc");
  return path;
#else
  return 2 * path + (b < a ? 1u : 0u);
#endif
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
        const TreeNode node = nodes[j * node_count + (std::size_t{1} << level) - 1 + path[j]];
        const unsigned a = values[node.feature_a()];
        const unsigned b = values[node.feature_b()] + node.threshold();
        path[j] = with_test(path[j], b, a);
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
