// SPDX-License-Identifier: MIT
#include "training/landmarks/shape_trainer.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include "eyelid/core/error.hpp"
#include "eyelid/core/stopwatch.hpp"
#include "eyelid/files/interruption.hpp"
#include "eyelid/synthesis/random.hpp"
#include "training/landmarks/pixel_table.hpp"
#include "training/landmarks/residual_table.hpp"
#include "training/landmarks/tree_grower.hpp"

namespace eyelid::training {
namespace {

using landmarks::ShapeModelDescription;
using synthesis::Random;

// Streams of random numbers: what is drawn for one purpose does not disturb another.
constexpr std::uint64_t kStartStream = 1;
constexpr std::uint64_t kFeatureStream = 2;
constexpr std::uint64_t kTreeStream = 3;

std::vector<Point> mean_of(const ShapeExamples& examples) {
  std::vector<double> sum(2 * examples.point_count);
  for (std::size_t i = 0; i < examples.shapes.size(); ++i) {
    const std::size_t point = i % examples.point_count;
    sum[2 * point] += examples.shapes[i].x;
    sum[2 * point + 1] += examples.shapes[i].y;
  }
  std::vector<Point> mean(examples.point_count);
  const auto count = static_cast<double>(examples.patches.size());
  for (std::size_t i = 0; i < mean.size(); ++i) {
    mean[i] = {static_cast<float>(sum[2 * i] / count), static_cast<float>(sum[2 * i + 1] / count)};
  }
  return mean;
}

class Trainer {
 public:
  Trainer(const ShapeExamples& examples, const ShapeTrainingOptions& options)
      : examples_(examples),
        options_(options),
        mean_(mean_of(examples)),
        samples_(examples.patches.size() * options.starts),
        residuals_(samples_, examples.point_count, options.lid_gaps, options.lid_gap_weight),
        pixels_(options.features, samples_) {
    begin_shapes();
  }

  ShapeModelDescription train(const std::function<void(const ShapeTrainingProgress&)>& report) {
    const Stopwatch stopwatch;
    ShapeModelDescription model;
    model.mean_shape = mean_;
    model.depth = options_.depth;
    model.leaf_type = landmarks::LeafType::F16;
    for (std::size_t i = 0; i < options_.cascades; ++i) {
      model.cascades.push_back(train_cascade(i));
      if (!report) continue;
      report({i + 1, options_.cascades, samples_, mean_error(), stopwatch.seconds()});
    }
    return model;
  }

 private:
  std::span<Point> shape(std::size_t sample) {
    return std::span(shapes_).subspan(sample * mean_.size(), mean_.size());
  }

  void begin_shapes() {
    patch_of_.resize(samples_);
    shapes_.resize(samples_ * mean_.size());
    const int patches = static_cast<int>(examples_.patches.size());
    for (std::size_t sample = 0; sample < samples_; ++sample) {
      patch_of_[sample] = static_cast<std::uint32_t>(sample / options_.starts);
      std::span<Point> begun = shape(sample);
      if (sample % options_.starts == 0) {
        std::copy(mean_.begin(), mean_.end(), begun.begin());
        continue;
      }
      Random random(options_.seed + sample, kStartStream);
      const auto one = examples_.shape(static_cast<std::size_t>(random.index(patches)));
      const auto other = examples_.shape(static_cast<std::size_t>(random.index(patches)));
      const float share = random.uniform_f(0.0, 1.0);
      for (std::size_t i = 0; i < begun.size(); ++i) {
        begun[i] = one[i] * share + other[i] * (1.0f - share);
      }
    }
  }

  std::vector<Point> draw_places(std::size_t cascade) const {
    Point low{std::numeric_limits<float>::max(), std::numeric_limits<float>::max()};
    Point high{std::numeric_limits<float>::lowest(), std::numeric_limits<float>::lowest()};
    for (const Point p : mean_) {
      low = {std::min(low.x, p.x), std::min(low.y, p.y)};
      high = {std::max(high.x, p.x), std::max(high.y, p.y)};
    }
    const float pad = options_.padding;
    Random random(mixed_seed(cascade, 0), kFeatureStream);
    std::vector<Point> places(options_.features);
    for (Point& place : places) {
      place.x = random.uniform_f(low.x - pad, high.x + pad);
      place.y = random.uniform_f(low.y - pad, high.y + pad);
    }
    return places;
  }

  ShapeModelDescription::Feature anchored(Point place) const {
    const auto nearest = std::min_element(mean_.begin(), mean_.end(), [&](Point a, Point b) {
      return distance(a, place) < distance(b, place);
    });
    return {static_cast<std::uint16_t>(nearest - mean_.begin()), place - *nearest};
  }

  ShapeModelDescription::Cascade train_cascade(std::size_t index) {
    ShapeModelDescription::Cascade cascade;
    const std::vector<Point> places = draw_places(index);
    for (const Point place : places) cascade.features.push_back(anchored(place));
    pixels_.fill(examples_, patch_of_, mean_, shapes_, cascade.features);
    tbb::parallel_for(std::size_t{0}, samples_, [&](std::size_t sample) { begin_row(sample); });

    TreeGrower grower(options_, places, pixels_, residuals_);
    for (std::size_t tree = 0; tree < options_.trees; ++tree) {
      files::throw_if_interrupted();
      grower.grow(synthesis::mixed_bits(mixed_seed(index, tree) ^ kTreeStream), cascade);
    }
    tbb::parallel_for(std::size_t{0}, samples_, [&](std::size_t sample) { end_row(sample); });
    return cascade;
  }

  void begin_row(std::size_t sample) {
    const auto target = examples_.shape(patch_of_[sample]);
    const auto current = shape(sample);
    float* row = residuals_.row(sample);
    for (std::size_t i = 0; i < current.size(); ++i) {
      row[2 * i] = target[i].x - current[i].x;
      row[2 * i + 1] = target[i].y - current[i].y;
    }
    residuals_.update_gaps(row);
  }

  void end_row(std::size_t sample) {
    const auto target = examples_.shape(patch_of_[sample]);
    const auto current = shape(sample);
    const float* row = residuals_.row(sample);
    for (std::size_t i = 0; i < current.size(); ++i) {
      current[i] = {target[i].x - row[2 * i], target[i].y - row[2 * i + 1]};
    }
  }

  double mean_error() const {
    double sum = 0.0;
    for (std::size_t sample = 0; sample < samples_; ++sample) {
      const float* row = residuals_.row(sample);
      for (std::size_t i = 0; i < mean_.size(); ++i) {
        sum += static_cast<double>(distance({row[2 * i], row[2 * i + 1]}, {0.0f, 0.0f}));
      }
    }
    return sum / static_cast<double>(samples_ * mean_.size());
  }

  std::uint64_t mixed_seed(std::uint64_t cascade, std::uint64_t tree) const {
    return synthesis::mixed_bits(synthesis::mixed_bits(options_.seed) + (cascade << 32) + tree);
  }

  const ShapeExamples& examples_;
  const ShapeTrainingOptions& options_;
  std::vector<Point> mean_;
  std::size_t samples_;
  ResidualTable residuals_;
  PixelTable pixels_;
  std::vector<std::uint32_t> patch_of_;
  std::vector<Point> shapes_;  // (samples, points): where each sample has come to
};

}  // namespace

ShapeModelDescription train_shape_model(
    const ShapeExamples& examples,
    const ShapeTrainingOptions& options,
    const std::function<void(const ShapeTrainingProgress&)>& report) {
  EYELID_EXPECTS(examples.shapes.size() == examples.patches.size() * examples.point_count);
  EYELID_EXPECTS(options.starts >= 1 && options.cascades >= 1 && options.trees >= 1);
  EYELID_EXPECTS(options.depth >= 1 && options.depth <= 8 && options.tests >= 1);
  EYELID_EXPECTS(options.features >= 2 && options.features <= 1024);
  EYELID_EXPECTS(options.split_samples >= 2 && options.trees <= landmarks::kMaxTrees);
  if (examples.patches.size() < 2) {
    throw InputError("training: " + std::to_string(examples.patches.size()) +
                     " examples, expected at least two");
  }
  tbb::task_arena arena(options.threads > 0 ? options.threads : tbb::task_arena::automatic);
  return arena.execute([&] { return Trainer(examples, options).train(report); });
}

}  // namespace eyelid::training
