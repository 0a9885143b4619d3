// SPDX-License-Identifier: MIT
#pragma once

#include "eyelid/kernels/gpu/block.hpp"

namespace eyelid::kernels::gpu {

inline constexpr int kMaxShapeValues = 136;  // two per point, 68 points
inline constexpr int kMaxFeatures = 1024;    // per cascade
inline constexpr int kMaxTreesPerCascade = 4096;
inline constexpr int kLeafCapacity = 4800;  // floats gathered at once

enum class LeafNumbers : std::int32_t { F32, I16 };

/// As ShapeModelDescription: (a - b > threshold) goes to child 2n + 1, else 2n + 2.
struct alignas(8) DeviceTreeNode {
  std::uint16_t feature_a;
  std::uint16_t feature_b;
  std::int16_t threshold;
  std::uint16_t unused;
};

struct DeviceFeature {
  float dx, dy;
  std::int32_t anchor;
};

struct DeviceCascade {
  const DeviceFeature* features;
  const DeviceTreeNode* nodes;  // (tree_count, 2^depth - 1)
  const void* leaves;           // (tree_count, 2^depth, value_count), dense
  std::int32_t feature_count;
  std::int32_t tree_count;
  float leaf_scale;  // of I16 leaves
};

/// An ensemble in device memory; see landmarks/shape_model_description.hpp for the steps.
struct DeviceShapeModel {
  const DeviceCascade* cascades;
  const float* mean;            // (value_count)
  const double* centered_mean;  // (value_count), its points sum to zero
  double squares;               // of centered_mean
  std::int32_t cascade_count;
  std::int32_t depth;
  std::int32_t value_count;  // a multiple of 4
  LeafNumbers leaf_numbers;
};

/// Four integer leaf values: one 8-byte access.
struct alignas(8) FourLeaves {
  std::int16_t value[4];
};

/// Work memory of a prediction, in shared memory; up to two shapes at once.
struct TreeWork {
  double term[2][2][kMaxShapeValues / 2];
  std::int32_t sums[2][2]
                   [kMaxShapeValues];  // of this block's trees, in turn from cascade to cascade
  float shape[2][kMaxShapeValues];
  float turn[2][2];
  float gathered[kLeafCapacity];
  std::uint8_t values[2][kMaxFeatures];
  std::uint8_t leaf[2][kMaxTreesPerCascade];
};

/// Patches as ShapeRegion::of_patch: normalized 1 is one patch width, in both directions.
struct PatchView {
  const std::uint8_t* pixels;
  int width;
  int height;
};

/// work.shape = the points of the model on each patch. The same bits as ShapeModel::predict: double
/// precision where it has it, nothing fused (compile with --fmad=false), float leaves added in the
/// order of the trees. Integer leaves are dealt out, in any order, among the threads of kParts
/// blocks of one cluster: their sum is exact. These blocks must run on equal arguments.
///
/// `exchanges` counts what the blocks have told each other; one for all predictions of a kernel.
template <int kFaces, int kParts, class Block>
class TreePrediction {
  static_assert(kFaces == 1 || kFaces == 2);

 public:
  EYELID_DEVICE TreePrediction(const DeviceShapeModel& model,
                               const PatchView* patches,
                               TreeWork& work,
                               int& exchanges)
      : model_(model), patches_(patches), work_(work), exchanges_(exchanges) {}

  EYELID_DEVICE void run(Block& block) {
    block.each_thread([&](int thread) {
      for (int i = thread; i < kFaces * model_.value_count; i += block.threads()) {
        work_.shape[i / model_.value_count][i % model_.value_count] =
            model_.mean[i % model_.value_count];
      }
    });
    EYELID_KEEP_LOOP
    for (int c = 0; c < model_.cascade_count; c++) {
      const DeviceCascade cascade = model_.cascades[c];
      turn(block);
      sample(block, cascade);
      walk(block, cascade);
      if (is_integer()) {
        add_integer_leaves(block, cascade);
      } else {
        add_leaves(block, cascade);
      }
    }
  }

 private:
  EYELID_DEVICE bool is_integer() const { return model_.leaf_numbers == LeafNumbers::I16; }
  /// Float leaves have to be added in their order, so there every block walks all trees.
  // NOLINTNEXTLINE(bugprone-branch-clone): alike only where kParts is 1
  EYELID_DEVICE int parts() const { return is_integer() ? kParts : 1; }
  EYELID_DEVICE int first_tree(const Block& block) const { return block.index() % parts(); }

  /// Rotation and scale from the mean to the current shape: products side by side, then their sums
  /// in the order of the points.
  EYELID_DEVICE void turn(Block& block) {
    const int points = model_.value_count / 2;
    block.each_thread([&](int thread) {
      for (int i = thread; i < kFaces * points; i += block.threads()) {
        const int face = i / points, p = i % points;
        const double x = work_.shape[face][2 * p];
        const double y = work_.shape[face][2 * p + 1];
        const double mean_x = model_.centered_mean[2 * p];
        const double mean_y = model_.centered_mean[2 * p + 1];
        work_.term[face][0][p] = mean_x * x + mean_y * y;
        work_.term[face][1][p] = mean_x * y - mean_y * x;
      }
    });
    block.each_thread([&](int thread) {
      if (thread >= 2 * kFaces) return;
      const int face = thread / 2, part = thread % 2;
      double sum = 0.0;
      for (int p = 0; p < points; p++) sum += work_.term[face][part][p];
      const bool has_turn = points >= 2 && model_.squares > 0.0;
      work_.turn[face][part] = has_turn    ? static_cast<float>(sum / model_.squares)
                               : part == 0 ? 1.0f
                                           : 0.0f;
    });
  }

  EYELID_DEVICE void sample(Block& block, const DeviceCascade& cascade) {
    block.each_thread([&](int thread) {
      for (int i = thread; i < kFaces * cascade.feature_count; i += block.threads()) {
        const int face = i / cascade.feature_count;
        const DeviceFeature feature = cascade.features[i % cascade.feature_count];
        const PatchView& patch = patches_[face];
        const float a = work_.turn[face][0], b = work_.turn[face][1];
        const float* anchor = work_.shape[face] + 2 * feature.anchor;
        const float x = (a * feature.dx - b * feature.dy) + anchor[0];
        const float y = (b * feature.dx + a * feature.dy) + anchor[1];
        const double extent = patch.width;
        const double column = Block::floor(extent * double{x} + 0.5);
        const double row = Block::floor(extent * double{y} + 0.5);
        const bool is_inside =
            column >= 0.0 && column < patch.width && row >= 0.0 && row < patch.height;
        work_.values[face][i % cascade.feature_count] =
            is_inside ? patch.pixels[static_cast<int>(row) * patch.width + static_cast<int>(column)]
                      : std::uint8_t{0};
      }
    });
  }

  /// A thread walks several trees at once, so that their loads overlap.
  EYELID_DEVICE void walk(Block& block, const DeviceCascade& cascade) {
    constexpr int kTogether = kParts == 1 ? 4 : 2;
    const int first = first_tree(block);
    const int trees = (cascade.tree_count - first + parts() - 1) / parts();
    const int node_count = (1 << model_.depth) - 1;
    block.each_thread([&](int thread) {
      for (int i = thread; i < kFaces * trees; i += kTogether * block.threads()) {
        const DeviceTreeNode* nodes[kTogether];
        const std::uint8_t* values[kTogether];
        int n[kTogether];
        EYELID_UNROLL
        for (int j = 0; j < kTogether; j++) {
          // Beyond the end: the first tree again, and nothing is kept of it.
          const int at = i + j * block.threads() < kFaces * trees ? i + j * block.threads() : i;
          nodes[j] = cascade.nodes + (first + at % trees * parts()) * node_count;
          values[j] = work_.values[at / trees];
          n[j] = 0;
        }
        EYELID_KEEP_LOOP
        for (int level = 0; level < model_.depth; level++) {
          DeviceTreeNode node[kTogether];
          EYELID_UNROLL
          for (int j = 0; j < kTogether; j++) node[j] = Block::load(nodes[j] + n[j]);
          EYELID_UNROLL
          for (int j = 0; j < kTogether; j++) {
            const int difference =
                int{values[j][node[j].feature_a]} - int{values[j][node[j].feature_b]};
            n[j] = 2 * n[j] + (difference > node[j].threshold ? 1 : 2);
          }
        }
        EYELID_UNROLL
        for (int j = 0; j < kTogether; j++) {
          const int at = i + j * block.threads();
          if (at >= kFaces * trees) continue;
          work_.leaf[at / trees][first + at % trees * parts()] =
              static_cast<std::uint8_t>(n[j] - node_count);
        }
      }
    });
  }

  /// Four values of a shape and a share of the trees per thread, then the shares together, then
  /// those of the other blocks.
  EYELID_DEVICE void add_integer_leaves(Block& block, const DeviceCascade& cascade) {
    const int values = model_.value_count;
    const int columns = kFaces * values / 4;
    const int most = kLeafCapacity / (kFaces * values);
    const int share_count = block.threads() / columns < 1      ? 1
                            : block.threads() / columns < most ? block.threads() / columns
                                                               : most;
    const int first = first_tree(block);
    auto* partial = reinterpret_cast<std::int32_t*>(work_.gathered);
    block.each_thread([&](int thread) {
      for (int i = thread; i < columns * share_count; i += block.threads()) {
        const int share = i / columns, face = i % columns * 4 / values;
        const int value = i % columns * 4 % values;
        std::int32_t sum[4] = {0, 0, 0, 0};
        EYELID_UNROLL_4
        for (int t = first + share * kParts; t < cascade.tree_count; t += share_count * kParts) {
          const auto row = static_cast<std::size_t>((t << model_.depth) + work_.leaf[face][t]);
          const FourLeaves leaves = Block::load(reinterpret_cast<const FourLeaves*>(
              static_cast<const std::int16_t*>(cascade.leaves) +
              row * static_cast<std::size_t>(values) + static_cast<std::size_t>(value)));
          EYELID_UNROLL
          for (int j = 0; j < 4; j++) sum[j] += leaves.value[j];
        }
        EYELID_UNROLL
        for (int j = 0; j < 4; j++) partial[share * kFaces * values + i % columns * 4 + j] = sum[j];
      }
    });
    std::int32_t* sums = work_.sums[exchanges_ % 2][0];
    block.each_thread([&](int thread) {
      for (int i = thread; i < kFaces * values; i += block.threads()) {
        std::int32_t sum = 0;
        for (int share = 0; share < share_count; share++) {
          sum += partial[share * kFaces * values + i];
        }
        if constexpr (kParts == 1) {
          work_.shape[i / values][i % values] += cascade.leaf_scale * static_cast<float>(sum);
        } else {
          sums[i] = sum;
        }
      }
    });
    if constexpr (kParts > 1) {
      block.sync_cluster();
      block.each_thread([&](int thread) {
        for (int i = thread; i < kFaces * values; i += block.threads()) {
          std::int32_t sum = 0;
          EYELID_UNROLL
          for (int part = 0; part < kParts; part++) sum += block.read_part(sums + i, part);
          work_.shape[i / values][i % values] += cascade.leaf_scale * static_cast<float>(sum);
        }
      });
      exchanges_++;
    }
  }

  /// Leaves are gathered by all threads, as many trees at a time as fit; then each number of a
  /// shape is summed by one thread, tree after tree.
  EYELID_DEVICE void add_leaves(Block& block, const DeviceCascade& cascade) {
    const int values = model_.value_count;
    const int trees_at_once = kLeafCapacity / (kFaces * values);
    EYELID_KEEP_LOOP
    for (int first = 0; first < cascade.tree_count; first += trees_at_once) {
      const int rest = cascade.tree_count - first;
      const int trees = rest < trees_at_once ? rest : trees_at_once;
      block.each_thread([&](int thread) {
        for (int i = thread; i < kFaces * trees * values; i += block.threads()) {
          const int face = i / (trees * values);
          const int tree = first + i / values % trees;
          const auto row =
              static_cast<std::size_t>((tree << model_.depth) + work_.leaf[face][tree]);
          work_.gathered[i] =
              static_cast<const float*>(cascade.leaves)[row * static_cast<std::size_t>(values) +
                                                        static_cast<std::size_t>(i % values)];
        }
      });
      block.each_thread([&](int thread) {
        for (int i = thread; i < kFaces * values; i += block.threads()) {
          const int face = i / values, value = i % values;
          const float* gathered = work_.gathered + face * trees * values + value;
          sum_leaves(gathered, trees, work_.shape[face][value]);
        }
      });
    }
  }

  EYELID_DEVICE void sum_leaves(const float* gathered, int trees, float& number) {
    const int stride = model_.value_count;
    float sum = number;
    int t = 0;
    for (; t + 8 <= trees; t += 8) {  // eight loads in flight
      float next[8];
      EYELID_UNROLL
      for (int i = 0; i < 8; i++) next[i] = gathered[(t + i) * stride];
      EYELID_UNROLL
      for (int i = 0; i < 8; i++) sum += next[i];
    }
    for (; t < trees; t++) sum += gathered[t * stride];
    number = sum;
  }

  const DeviceShapeModel& model_;
  const PatchView* patches_;
  TreeWork& work_;
  int& exchanges_;
};

}  // namespace eyelid::kernels::gpu
