// SPDX-License-Identifier: MIT
#include "eyelid/landmarks/shape_model.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "eyelid/compute/aligned_buffer.hpp"
#include "eyelid/compute/cpu_features.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/core/half.hpp"
#include "eyelid/kernels/tree_ensemble/tree_ensemble.hpp"
#include "eyelid/landmarks/model_memory.hpp"

namespace eyelid::landmarks {
namespace {

using compute::AlignedBuffer;

// dlib: find_similarity_transform of the two point sets, in double, kept as float. One point alone
// has no rotation.
struct Turn {
  float a = 1.0f;
  float b = 0.0f;
};

// `mean` is centered: its points sum to zero, their squares to `squares`.
Turn turn_from_mean(std::span<const double> mean, double squares, const float* shape) {
  const std::size_t points = mean.size() / 2;
  if (points < 2 || !(squares > 0.0)) return {};
  // The center of the shape need not be subtracted: the centered mean makes its share vanish.
  double along = 0.0;
  double across = 0.0;
  for (std::size_t i = 0; i < points; ++i) {
    const double x = shape[2 * i];
    const double y = shape[2 * i + 1];
    along += mean[2 * i] * x + mean[2 * i + 1] * y;
    across += mean[2 * i] * y - mean[2 * i + 1] * x;
  }
  return {static_cast<float>(along / squares), static_cast<float>(across / squares)};
}

struct CenteredMean {
  explicit CenteredMean(std::span<const Point> mean_shape) : points(2 * mean_shape.size()) {
    double x = 0.0;
    double y = 0.0;
    for (const Point p : mean_shape) x += p.x, y += p.y;
    const auto count = static_cast<double>(mean_shape.size());
    for (std::size_t i = 0; i < mean_shape.size(); ++i) {
      points[2 * i] = mean_shape[i].x - x / count;
      points[2 * i + 1] = mean_shape[i].y - y / count;
      squares += points[2 * i] * points[2 * i] + points[2 * i + 1] * points[2 * i + 1];
    }
  }
  std::vector<double> points;  // x0 y0 x1 y1 ...
  double squares = 0.0;
};

kernels::SampledImage sampled(const FrameView& image, const ShapeRegion& region) {
  return {image.pixels,
          image.stride,
          image.width,
          image.height,
          region.left,
          region.top,
          region.extent_x,
          region.extent_y};
}

// Integers are made of what a file of half precision holds, so that a model predicts the same
// before it was saved and after.
std::vector<float> leaves_to_pack(std::vector<float> leaves, LeafType stored, LeafType packed) {
  if (stored == LeafType::F16 && packed == LeafType::I16) {
    for (float& value : leaves) value = float_from_half(half_from_float(value));
  }
  return leaves;
}

constexpr std::size_t round_up(std::size_t value, std::size_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

}  // namespace

ShapeRegion ShapeRegion::of_patch(int patch_width) {
  return {0.0, 0.0, static_cast<double>(patch_width), static_cast<double>(patch_width)};
}

Point ShapeRegion::image_from_normalized(Point normalized) const {
  return {static_cast<float>(left + extent_x * normalized.x),
          static_cast<float>(top + extent_y * normalized.y)};
}

void sample_pixels(const FrameView& image,
                   const ShapeRegion& region,
                   std::span<const Point> mean_shape,
                   std::span<const Point> shape,
                   std::span<const ShapeModelDescription::Feature> features,
                   std::span<std::uint8_t> values) {
  EYELID_EXPECTS(shape.size() == mean_shape.size() && values.size() == features.size());
  EYELID_EXPECTS(features.size() <= kernels::kMaxTreeFeatures && shape.size() <= kMaxShapePoints);
  constexpr auto kMaxCount = static_cast<std::size_t>(kernels::kMaxTreeFeatures);
  alignas(64) std::array<std::int32_t, kMaxCount> anchor;
  alignas(64) std::array<float, kMaxCount> dx;
  alignas(64) std::array<float, kMaxCount> dy;
  alignas(64) std::array<std::uint8_t, kMaxCount> sampled_values;
  const std::size_t count = features.size();
  for (std::size_t i = 0; i < count; ++i) {
    anchor[i] = features[i].anchor;
    dx[i] = features[i].offset.x;
    dy[i] = features[i].offset.y;
  }
  for (std::size_t i = count; i < round_up(count, 16); ++i) anchor[i] = 0, dx[i] = dy[i] = 0.0f;
  const CenteredMean mean(mean_shape);
  // Kernels read whole vectors of the shape.
  alignas(64) std::array<float, 2 * kMaxShapePoints> coordinates;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    coordinates[2 * i] = shape[i].x;
    coordinates[2 * i + 1] = shape[i].y;
  }
  std::fill(
      coordinates.begin() + static_cast<std::ptrdiff_t>(2 * shape.size()), coordinates.end(), 0.0f);
  const Turn turn = turn_from_mean(mean.points, mean.squares, coordinates.data());
  kernels::tree_kernels()
      .pick(compute::cpu_features())
      .sample_features(sampled(image, region),
                       {anchor.data(),
                        dx.data(),
                        dy.data(),
                        static_cast<int>(count),
                        static_cast<int>(shape.size())},
                       coordinates.data(),
                       turn.a,
                       turn.b,
                       sampled_values.data());
  std::copy_n(sampled_values.begin(), count, values.begin());
}

struct ShapeModel::Packed {
  struct Cascade {
    AlignedBuffer<std::int32_t> anchor;
    AlignedBuffer<float> dx;
    AlignedBuffer<float> dy;
    std::vector<kernels::TreeNode> nodes;
    kernels::FeatureTable features;
    kernels::TreeTable trees;
    kernels::LeafTable leaves;
    float scale = 1.0f;  // of I16 leaves
  };

  Packed(const ShapeModelDescription& description, LeafType type);
  void pack_features(const ShapeModelDescription::Cascade& source, Cascade& target) const;
  void pack_trees(const ShapeModelDescription::Cascade& source,
                  std::span<const float> leaves,
                  Cascade& target,
                  std::byte* rows);
  void pack_byte_nodes(std::byte* target);
  void pack_leaf(const float* values, float scale, std::byte* row) const;
  std::size_t byte_nodes_size(const ShapeModelDescription& description,
                              const ShapeModelDescription::Cascade& cascade) const;
  std::size_t row_bytes() const {
    if (leaf_type == LeafType::I16) return kernels::i16_row_bytes(static_cast<int>(value_count));
    return round_up(value_count, 8) * (leaf_type == LeafType::F32 ? 4 : 2);
  }
  void advance(const Cascade& cascade, const kernels::SampledImage& image, float* shape) const;

  const kernels::TreeKernels& kernels_;
  std::map<std::string, std::string> metadata;
  LeafType leaf_type;
  int depth;
  std::size_t value_count;  // two per point
  AlignedBuffer<float> mean;
  CenteredMean centered;
  ModelMemory memory;  // all leaves, then all byte nodes
  std::vector<Cascade> cascades;
};

ShapeModel::Packed::Packed(const ShapeModelDescription& description, LeafType type)
    : kernels_(kernels::tree_kernels().pick(compute::cpu_features())),
      metadata(description.metadata),
      leaf_type(type),
      depth(description.depth),
      value_count(2 * description.mean_shape.size()),
      mean(round_up(value_count, 16)),
      centered(description.mean_shape),
      cascades(description.cascades.size()) {
  for (std::size_t i = 0; i < description.mean_shape.size(); ++i) {
    mean[2 * i] = description.mean_shape[i].x;
    mean[2 * i + 1] = description.mean_shape[i].y;
  }
  std::size_t rows = 0, node_bytes = 0;
  for (const auto& cascade : description.cascades) {
    rows += description.tree_count(cascade) << depth;
    node_bytes += byte_nodes_size(description, cascade);
  }
  const std::size_t leaf_bytes = round_up(rows * row_bytes(), 64);
  memory = ModelMemory(leaf_bytes + node_bytes);
  std::byte* next_rows = memory.data();
  for (std::size_t i = 0; i < cascades.size(); ++i) {
    const auto& source = description.cascades[i];
    pack_features(source, cascades[i]);
    pack_trees(
        source, leaves_to_pack(source.leaves, description.leaf_type, type), cascades[i], next_rows);
    next_rows += (description.tree_count(source) << depth) * row_bytes();
  }
  pack_byte_nodes(memory.data() + leaf_bytes);
}

std::size_t ShapeModel::Packed::byte_nodes_size(
    const ShapeModelDescription& description, const ShapeModelDescription::Cascade& cascade) const {
  if (!kernels_.uses_byte_nodes) return 0;
  const auto trees = static_cast<int>(description.tree_count(cascade));
  const auto features = static_cast<int>(cascade.features.size());
  return kernels::byte_nodes_size({nullptr, nullptr, depth, trees, features});
}

void ShapeModel::Packed::pack_byte_nodes(std::byte* target) {
  if (!kernels_.uses_byte_nodes) return;
  for (Cascade& cascade : cascades) {
    const std::size_t size = kernels::byte_nodes_size(cascade.trees);
    if (size == 0) continue;
    auto* nodes = reinterpret_cast<std::uint8_t*>(target);
    kernels::pack_byte_nodes(cascade.trees, nodes);
    cascade.trees.byte_nodes = nodes;
    target += size;
  }
}

void ShapeModel::Packed::pack_features(const ShapeModelDescription::Cascade& source,
                                       Cascade& target) const {
  const std::size_t count = source.features.size();
  target.anchor = AlignedBuffer<std::int32_t>(round_up(count, 16));
  target.dx = AlignedBuffer<float>(round_up(count, 16));
  target.dy = AlignedBuffer<float>(round_up(count, 16));
  for (std::size_t i = 0; i < count; ++i) {
    target.anchor[i] = source.features[i].anchor;
    target.dx[i] = source.features[i].offset.x;
    target.dy[i] = source.features[i].offset.y;
  }
  target.features = {target.anchor.data(),
                     target.dx.data(),
                     target.dy.data(),
                     static_cast<int>(count),
                     static_cast<int>(value_count / 2)};
}

// Kernels want thresholds 0 .. 255 and the path to a leaf as its number. a - b > t with t < 0 is
// the opposite of b - a > -t - 1: features and children change places.
void ShapeModel::Packed::pack_trees(const ShapeModelDescription::Cascade& source,
                                    std::span<const float> leaves,
                                    Cascade& target,
                                    std::byte* rows) {
  const std::size_t leaf_count = std::size_t{1} << depth;
  const std::size_t node_count = leaf_count - 1;
  const std::size_t tree_count = source.splits.size() / node_count;
  if (leaf_type == LeafType::I16) target.scale = leaf_scale(leaves);
  target.nodes.resize(tree_count * node_count);
  std::vector<std::size_t> source_node(2 * leaf_count);  // heap order: node n has 2n + 1, 2n + 2
  for (std::size_t tree = 0; tree < tree_count; ++tree) {
    source_node[0] = 0;
    for (std::size_t n = 0; n < node_count; ++n) {
      const auto& split = source.splits[tree * node_count + source_node[n]];
      const bool is_swapped = split.threshold < 0;
      const int threshold = is_swapped ? -split.threshold - 1 : split.threshold;
      target.nodes[tree * node_count + n] =
          kernels::TreeNode::of(is_swapped ? split.feature_b : split.feature_a,
                                is_swapped ? split.feature_a : split.feature_b,
                                static_cast<unsigned>(threshold));
      // The second child of ours is where the test is true; theirs is the first.
      const std::size_t if_true = 2 * source_node[n] + (is_swapped ? 2 : 1);
      const std::size_t if_false = 2 * source_node[n] + (is_swapped ? 1 : 2);
      source_node[2 * n + 1] = if_false;
      source_node[2 * n + 2] = if_true;
    }
    for (std::size_t path = 0; path < leaf_count; ++path) {
      const std::size_t leaf = tree * leaf_count + source_node[node_count + path] - node_count;
      pack_leaf(leaves.data() + leaf * value_count,
                target.scale,
                rows + (tree * leaf_count + path) * row_bytes());
    }
  }
  const int trees = static_cast<int>(tree_count);
  target.leaves = {rows, depth, trees, static_cast<int>(value_count)};
  target.trees = {target.nodes.data(), nullptr, depth, trees, target.features.count};
}

void ShapeModel::Packed::pack_leaf(const float* values, float scale, std::byte* row) const {
  for (std::size_t i = 0; i < value_count; ++i) {
    if (leaf_type == LeafType::F32) {
      std::memcpy(row + 4 * i, &values[i], 4);
    } else if (leaf_type == LeafType::F16) {
      const std::uint16_t half = half_from_float(values[i]);
      std::memcpy(row + 2 * i, &half, 2);
    } else {
      // std::lround, which costs a call: in double precision the sum is exact.
      const double quotient = static_cast<double>(values[i] / scale);
      const auto steps = static_cast<std::int16_t>(quotient + (quotient < 0.0 ? -0.5 : 0.5));
      std::memcpy(row + 2 * i, &steps, 2);
    }
  }
}

ShapeModel::ShapeModel(const ShapeModelDescription& description)
    : ShapeModel(description,
                 description.leaf_type == LeafType::F16 ? LeafType::I16 : description.leaf_type) {}
ShapeModel::ShapeModel(const ShapeModelDescription& description, LeafType leaf_type) {
  description.check("shape model");
  packed_ = std::make_unique<const Packed>(description, leaf_type);
}
ShapeModel::~ShapeModel() = default;
ShapeModel::ShapeModel(ShapeModel&&) noexcept = default;
ShapeModel& ShapeModel::operator=(ShapeModel&&) noexcept = default;

std::size_t ShapeModel::point_count() const { return packed_->value_count / 2; }
const std::map<std::string, std::string>& ShapeModel::metadata() const { return packed_->metadata; }
LeafType ShapeModel::leaf_type() const { return packed_->leaf_type; }

// One cascade on one shape. The arrays live on the stack: no allocation, and any thread may run it.
void ShapeModel::Packed::advance(const Cascade& cascade,
                                 const kernels::SampledImage& image,
                                 float* shape) const {
  alignas(64) std::array<std::uint8_t, kernels::kMaxTreeFeatures> values;
  alignas(64) std::array<std::uint8_t, kMaxTrees> leaf;
  const Turn turn = turn_from_mean(centered.points, centered.squares, shape);
  kernels_.sample_features(image, cascade.features, shape, turn.a, turn.b, values.data());
  kernels_.walk_trees(cascade.trees, values.data(), leaf.data());
  if (leaf_type == LeafType::F32) {
    kernels_.add_leaves_f32(cascade.leaves, leaf.data(), shape);
  } else if (leaf_type == LeafType::F16) {
    kernels_.add_leaves_f16(cascade.leaves, leaf.data(), shape);
  } else {
    kernels_.add_leaves_i16(cascade.leaves, leaf.data(), cascade.scale, shape);
  }
}

void ShapeModel::predict(const FrameView& image,
                         const ShapeRegion& region,
                         std::span<Point> points) const {
  const ShapeQuery query{image, region, points};
  predict(std::span(&query, 1));
}

void ShapeModel::predict(std::span<const ShapeQuery> queries) const {
  // Faces take turns in every cascade, whose trees and leaves then stay in the cache for all; in
  // groups, so that the shapes fit on the stack.
  constexpr std::size_t kGroup = 8;
  alignas(64) std::array<std::array<float, 2 * kMaxShapePoints>, kGroup> shapes;
  while (!queries.empty()) {
    const auto group = queries.first(std::min(queries.size(), kGroup));
    queries = queries.subspan(group.size());
    for (std::size_t i = 0; i < group.size(); ++i) {
      EYELID_EXPECTS(group[i].points.size() == point_count() && !group[i].image.is_empty());
      std::copy_n(packed_->mean.data(), packed_->mean.size(), shapes[i].data());
    }
    for (const Packed::Cascade& cascade : packed_->cascades) {
      for (std::size_t i = 0; i < group.size(); ++i) {
        packed_->advance(cascade, sampled(group[i].image, group[i].region), shapes[i].data());
      }
    }
    for (std::size_t i = 0; i < group.size(); ++i) {
      const float* shape = shapes[i].data();
      for (Point& p : group[i].points) {
        p = {shape[0], shape[1]};
        shape += 2;
      }
    }
  }
}

}  // namespace eyelid::landmarks
