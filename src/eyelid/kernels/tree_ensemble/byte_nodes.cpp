// SPDX-License-Identifier: MIT
#include <cstring>

#include "eyelid/kernels/tree_ensemble/tree_ensemble.hpp"

namespace eyelid::kernels {

std::size_t byte_nodes_size(const TreeTable& trees) {
  if (trees.feature_count > 512 || trees.depth > 5) return 0;
  const int groups = (trees.tree_count + kTreeGroup - 1) / kTreeGroup;
  return static_cast<std::size_t>(groups) * ((std::size_t{1} << trees.depth) - 1) * 4 * kTreeGroup;
}

void pack_byte_nodes(const TreeTable& trees, std::uint8_t* byte_nodes) {
  const std::size_t node_count = (std::size_t{1} << trees.depth) - 1;
  std::memset(byte_nodes, 0, byte_nodes_size(trees));
  for (std::size_t tree = 0; tree < static_cast<std::size_t>(trees.tree_count); ++tree) {
    for (std::size_t i = 0; i < node_count; ++i) {
      const TreeNode& node = trees.nodes[tree * node_count + i];
      std::uint8_t* fields =
          byte_nodes + ((tree / kTreeGroup) * node_count + i) * 4 * kTreeGroup + tree % kTreeGroup;
      fields[0] = static_cast<std::uint8_t>(node.feature_a() & 255u);
      fields[kTreeGroup] = static_cast<std::uint8_t>(node.feature_b() & 255u);
      fields[2 * kTreeGroup] = static_cast<std::uint8_t>(node.threshold());
      fields[3 * kTreeGroup] =
          static_cast<std::uint8_t>((node.feature_a() >> 8) << 7 | (node.feature_b() >> 8) << 6);
    }
  }
}

}  // namespace eyelid::kernels
