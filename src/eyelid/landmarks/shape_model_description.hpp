// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "eyelid/core/geometry.hpp"

namespace eyelid::landmarks {

inline constexpr std::size_t kMaxShapePoints = 512;
inline constexpr std::size_t kMaxTrees = 4096;  // per cascade

/// How leaves are kept in memory and in files. F32 agrees with dlib (0.001 px); F16 halves the
/// traffic that bounds a 68-point model; I16 is a common scale per cascade and integer sums.
enum class LeafType { F32, F16, I16 };

/// An ensemble of regression trees in plain numbers: what a trainer hands over and a file holds.
///
/// Prediction starts at `mean_shape` and repeats for each cascade:
///  1. (a, b) = rotation and scale of the least-squares similarity from mean to current shape;
///  2. feature value = pixel nearest to current[anchor] + (a dx - b dy, b dx + a dy), 0 outside;
///  3. every tree goes left (node 2n + 1) when value[a] - value[b] > threshold, else right (2n +
///  2);
///  4. all leaves reached are added to the current shape, in the order of the trees.
/// `sample_pixels` (shape_model.hpp) does steps 1 and 2 for trainers.
struct ShapeModelDescription {
  struct Feature {
    std::uint16_t anchor = 0;  // a point of the shape
    Point offset;              // normalized, from the anchor in the mean shape
    friend bool operator==(const Feature&, const Feature&) = default;
  };
  struct Split {
    std::uint16_t feature_a = 0;
    std::uint16_t feature_b = 0;
    /// A real threshold t is stored as floor(t): pixel differences are integers, so it is the same
    /// test. Range -256 .. 255.
    std::int16_t threshold = 0;
    friend bool operator==(const Split&, const Split&) = default;
  };
  struct Cascade {
    std::vector<Feature> features;  // 1 .. 1024
    std::vector<Split> splits;      // (trees, 2^depth - 1), children of n are 2n + 1 and 2n + 2
    std::vector<float> leaves;      // (trees, 2^depth, points, 2): x0 y0 x1 y1 ..., left to right
    friend bool operator==(const Cascade&, const Cascade&) = default;
  };

  /// Required keys of a model of ours: name, version, points (as "68", "12" or "6"), training_data,
  /// license, normalization. Free further keys: figures, date, ...
  std::map<std::string, std::string> metadata;
  std::vector<Point> mean_shape;  // normalized
  int depth = 0;                  // tests per tree, 1 .. 8
  LeafType leaf_type = LeafType::F16;
  std::vector<Cascade> cascades;

  /// Trees of one cascade, from the number of its splits.
  std::size_t tree_count(const Cascade& cascade) const;
  /// Throws InputError naming `source` when sizes, indices or numbers do not fit together.
  void check(const std::string& source) const;
  friend bool operator==(const ShapeModelDescription&, const ShapeModelDescription&) = default;
};

/// The value of one step of I16 leaves: the largest leaf of the cascade is 32767 steps.
float leaf_scale(std::span<const float> leaves);

}  // namespace eyelid::landmarks
