// SPDX-License-Identifier: MIT
#include "eyelid/landmarks/shape_model.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "eyelid/compute/aligned_buffer.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/kernels/tree_ensemble/scalar.hpp"

namespace eyelid::landmarks {
namespace {

using compute::AlignedBuffer;

// dlib: find_similarity_transform of the two point sets, in double, kept as float. One point alone
// has no rotation.
struct Turn {
  float a = 1.0f;
  float b = 0.0f;
};

// `mean` is centred: its points sum to zero, their squares to `squares`.
Turn turn_from_mean(std::span<const double> mean, double squares, const float* shape) {
  const std::size_t points = mean.size() / 2;
  if (points < 2 || !(squares > 0.0)) return {};
  // The centre of the shape need not be subtracted: the centred mean makes its share vanish.
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

struct CentredMean {
  explicit CentredMean(std::span<const Point> mean_shape) : points(2 * mean_shape.size()) {
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

constexpr std::size_t round_up(std::size_t value, std::size_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

}  // namespace

ShapeRegion ShapeRegion::of_patch(int patch_width) {
  return {0.0, 0.0, static_cast<double>(patch_width), static_cast<double>(patch_width)};
}

ShapeRegion ShapeRegion::of_dlib_box(int left, int top, int width, int height) {
  return {static_cast<double>(left),
          static_cast<double>(top),
          static_cast<double>(width - 1),
          static_cast<double>(height - 1)};
}

Point ShapeRegion::image_from_normalised(Point normalised) const {
  return {static_cast<float>(left + extent_x * normalised.x),
          static_cast<float>(top + extent_y * normalised.y)};
}

void sample_pixels(const FrameView& image,
                   const ShapeRegion& region,
                   std::span<const Point> mean_shape,
                   std::span<const Point> shape,
                   std::span<const ShapeModelDescription::Feature> features,
                   std::span<std::uint8_t> values) {
  EYELID_EXPECTS(shape.size() == mean_shape.size() && values.size() == features.size());
  EYELID_EXPECTS(features.size() <= kernels::kMaxTreeFeatures);
  std::array<std::int32_t, kernels::kMaxTreeFeatures> anchor;
  std::array<float, kernels::kMaxTreeFeatures> dx;
  std::array<float, kernels::kMaxTreeFeatures> dy;
  for (std::size_t i = 0; i < features.size(); ++i) {
    anchor[i] = features[i].anchor;
    dx[i] = features[i].offset.x;
    dy[i] = features[i].offset.y;
  }
  const CentredMean mean(mean_shape);
  const float* coordinates = &shape.data()->x;
  const Turn turn = turn_from_mean(mean.points, mean.squares, coordinates);
  kernels::scalar::sample_features(
      sampled(image, region),
      {anchor.data(), dx.data(), dy.data(), static_cast<int>(features.size())},
      coordinates,
      turn.a,
      turn.b,
      values.data());
}

struct ShapeModel::Packed {
  struct Cascade {
    AlignedBuffer<std::int32_t> anchor;
    AlignedBuffer<float> dx;
    AlignedBuffer<float> dy;
    AlignedBuffer<std::uint32_t> nodes;
    AlignedBuffer<std::byte> leaf_rows;
    kernels::FeatureTable features;
    kernels::LeafTable leaves;
    float scale = 1.0f;  // of I16 leaves
  };

  Packed(const ShapeModelDescription& description, LeafType type);
  void pack_features(const ShapeModelDescription::Cascade& source, Cascade& target) const;
  void pack_trees(const ShapeModelDescription::Cascade& source, Cascade& target) const;
  void pack_leaf(const float* values, float scale, std::byte* row) const;

  std::map<std::string, std::string> metadata;
  LeafType leaf_type;
  int depth;
  std::size_t value_count;  // two per point
  AlignedBuffer<float> mean;
  CentredMean centred;
  std::vector<Cascade> cascades;
};

ShapeModel::Packed::Packed(const ShapeModelDescription& description, LeafType type)
    : metadata(description.metadata),
      leaf_type(type),
      depth(description.depth),
      value_count(2 * description.mean_shape.size()),
      mean(round_up(value_count, 16)),
      centred(description.mean_shape),
      cascades(description.cascades.size()) {
  std::memcpy(mean.data(), description.mean_shape.data(), value_count * sizeof(float));
  for (std::size_t i = 0; i < cascades.size(); ++i) {
    pack_features(description.cascades[i], cascades[i]);
    pack_trees(description.cascades[i], cascades[i]);
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
  target.features = {
      target.anchor.data(), target.dx.data(), target.dy.data(), static_cast<int>(count)};
}

// Kernels want thresholds 0 .. 255 and the path to a leaf as its number. a - b > t with t < 0 is
// the opposite of b - a > -t - 1: features and children change places.
void ShapeModel::Packed::pack_trees(const ShapeModelDescription::Cascade& source,
                                    Cascade& target) const {
  const std::size_t leaf_count = std::size_t{1} << depth;
  const std::size_t node_count = leaf_count - 1;
  const std::size_t tree_count = source.splits.size() / node_count;
  const std::size_t number_bytes = leaf_type == LeafType::F32 ? 4 : 2;
  const std::size_t row_bytes = round_up(value_count * number_bytes, 32);
  if (leaf_type == LeafType::I16) {
    float largest = 0.0f;
    for (const float value : source.leaves) largest = std::max(largest, std::fabs(value));
    target.scale = largest > 0.0f ? largest / 32767.0f : 1.0f;
  }
  target.nodes = AlignedBuffer<std::uint32_t>(tree_count * node_count);
  target.leaf_rows = AlignedBuffer<std::byte>(tree_count * leaf_count * row_bytes);
  std::vector<std::size_t> source_node(leaf_count);  // of each path of the current level
  for (std::size_t tree = 0; tree < tree_count; ++tree) {
    const auto* splits = source.splits.data() + tree * node_count;
    source_node.assign(1, 0);
    for (int level = 0; level < depth; ++level) {
      std::vector<std::size_t> children;
      for (std::size_t path = 0; path < source_node.size(); ++path) {
        const std::size_t n = source_node[path];
        const auto& split = splits[n];
        const bool is_swapped = split.threshold < 0;
        const std::uint32_t a = is_swapped ? split.feature_b : split.feature_a;
        const std::uint32_t b = is_swapped ? split.feature_a : split.feature_b;
        const int threshold = is_swapped ? -split.threshold - 1 : split.threshold;
        target.nodes[tree * node_count + ((std::size_t{1} << level) - 1) + path] =
            kernels::pack_node(a, b, static_cast<std::uint32_t>(threshold));
        // The bit of a path is 1 where the kernel's test is true.
        children.push_back(is_swapped ? 2 * n + 1 : 2 * n + 2);
        children.push_back(is_swapped ? 2 * n + 2 : 2 * n + 1);
      }
      source_node = std::move(children);
    }
    for (std::size_t path = 0; path < leaf_count; ++path) {
      const std::size_t leaf = tree * leaf_count + source_node[path] - node_count;
      pack_leaf(source.leaves.data() + leaf * value_count,
                target.scale,
                target.leaf_rows.data() + (tree * leaf_count + path) * row_bytes);
    }
  }
  target.leaves = {target.leaf_rows.data(),
                   row_bytes,
                   depth,
                   static_cast<int>(tree_count),
                   static_cast<int>(value_count)};
}

void ShapeModel::Packed::pack_leaf(const float* values, float scale, std::byte* row) const {
  for (std::size_t i = 0; i < value_count; ++i) {
    if (leaf_type == LeafType::F32) {
      std::memcpy(row + 4 * i, &values[i], 4);
    } else if (leaf_type == LeafType::F16) {
      const std::uint16_t half = kernels::half_from_float(values[i]);
      std::memcpy(row + 2 * i, &half, 2);
    } else {
      const auto steps = static_cast<std::int16_t>(std::lround(values[i] / scale));
      std::memcpy(row + 2 * i, &steps, 2);
    }
  }
}

ShapeModel::ShapeModel(const ShapeModelDescription& description)
    : ShapeModel(description, description.leaf_type) {}
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

void ShapeModel::predict(const FrameView& image,
                         const ShapeRegion& region,
                         std::span<Point> points) const {
  EYELID_EXPECTS(points.size() == point_count() && !image.is_empty());
  alignas(64) std::array<float, 2 * kMaxShapePoints> shape;
  alignas(64) std::array<std::uint8_t, kernels::kMaxTreeFeatures> values;
  alignas(64) std::array<std::uint8_t, kMaxTrees + 64> leaf;
  std::memcpy(shape.data(), packed_->mean.data(), packed_->mean.size() * sizeof(float));
  const kernels::SampledImage source = sampled(image, region);
  for (const Packed::Cascade& cascade : packed_->cascades) {
    const Turn turn =
        turn_from_mean(packed_->centred.points, packed_->centred.squares, shape.data());
    kernels::sample_features(source, cascade.features, shape.data(), turn.a, turn.b, values.data());
    kernels::walk_trees(cascade.nodes.data(),
                        packed_->depth,
                        cascade.leaves.tree_count,
                        values.data(),
                        leaf.data());
    switch (packed_->leaf_type) {
      case LeafType::F32:
        kernels::add_leaves_f32(cascade.leaves, leaf.data(), shape.data());
        break;
      case LeafType::F16:
        kernels::add_leaves_f16(cascade.leaves, leaf.data(), shape.data());
        break;
      case LeafType::I16:
        kernels::add_leaves_i16(cascade.leaves, leaf.data(), cascade.scale, shape.data());
        break;
    }
  }
  for (std::size_t i = 0; i < points.size(); ++i) points[i] = {shape[2 * i], shape[2 * i + 1]};
}

}  // namespace eyelid::landmarks
