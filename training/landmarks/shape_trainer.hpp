// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "eyelid/core/geometry.hpp"
#include "eyelid/core/image.hpp"
#include "eyelid/landmarks/shape_model_description.hpp"

namespace eyelid::training {

/// What an ensemble learns from: patches of one size and the points on each.
struct ShapeExamples {
  std::size_t point_count = 0;
  std::vector<GrayImage> patches;
  std::vector<Point> shapes;  // (patches, point_count), normalized (landmarks/patch.hpp)

  std::span<const Point> shape(std::size_t patch) const {
    return std::span(shapes).subspan(patch * point_count, point_count);
  }
};

/// Settings of one ensemble; the defaults won a study of 67 trainings (training/landmarks/README).
struct ShapeTrainingOptions {
  std::size_t cascades = 10;
  std::size_t trees = 150;  // per cascade
  int depth = 4;
  std::size_t features = 400;  // pixels looked at, per cascade
  int tests = 20;              // random splits of which a node takes the best
  /// Share of the mean residual that a leaf takes.
  float learning_rate = 0.1f;
  /// Features lie in the box round the mean shape, wider by this on each side.
  float padding = 0.1f;
  /// Pixel pairs at distance d are drawn with probability proportional to exp(-d / closeness).
  float closeness = 0.1f;
  /// Samples on which a node compares its splits; a leaf always sees all of its samples.
  std::size_t split_samples = 4000;
  /// Beginnings per patch: the mean shape, then mixtures of two random shapes of the set.
  std::size_t starts = 3;
  /// Weight of the upper-lower lid gaps as further values when splits are compared; 0 = none.
  float lid_gap_weight = 0.0f;
  /// Index pairs (upper, lower) of those gaps.
  std::vector<std::pair<std::size_t, std::size_t>> lid_gaps;
  std::uint64_t seed = 1;
  int threads = 0;  // 0 = all processors allowed
};

struct ShapeTrainingProgress {
  std::size_t cascade = 0;  // just finished, 1-based
  std::size_t cascades = 0;
  std::size_t samples = 0;
  /// Mean distance of the points from where they belong, in patch widths, on the examples.
  double mean_error = 0.0;
  double seconds = 0.0;  // since the beginning
};

/// Trains an ensemble of regression trees by gradient boosting. Metadata stay empty.
///
/// As dlib's `shape_predictor_trainer`, with three differences: splits are compared on a
/// sub-sample, their thresholds are drawn from the samples of the node, and leaves are rounded to
/// half precision when they are made, so that later trees correct the rounding.
///
/// Same examples and options, same bytes, for any number of threads. `report` is called between
/// cascades from the calling thread. Throws InputError when there are fewer than two examples.
///
/// Source: Kazemi & Sullivan, "One Millisecond Face Alignment with an Ensemble of Regression
/// Trees", CVPR 2014.
landmarks::ShapeModelDescription train_shape_model(
    const ShapeExamples& examples,
    const ShapeTrainingOptions& options,
    const std::function<void(const ShapeTrainingProgress&)>& report = {});

}  // namespace eyelid::training
