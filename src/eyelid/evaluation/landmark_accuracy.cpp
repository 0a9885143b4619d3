// SPDX-License-Identifier: MIT
#include "eyelid/evaluation/landmark_accuracy.hpp"

#include <algorithm>
#include <cmath>

#include "eyelid/core/error.hpp"
#include "eyelid/core/eye_aspect_ratio.hpp"
#include "eyelid/core/statistics.hpp"

namespace eyelid::evaluation {
namespace {

MeanFigure ear_error_between(std::span<const EarPair> eyes, double low, double high) {
  std::vector<double> errors;
  for (const EarPair& eye : eyes) {
    if (eye.annotated >= low && eye.annotated < high) {
      errors.push_back(std::abs(eye.found - eye.annotated));
    }
  }
  return mean_figure(errors);
}

}  // namespace

MeanFigure mean_figure(std::span<const double> values) {
  MeanFigure figure;
  figure.count = values.size();
  if (values.empty()) return figure;
  figure.mean = mean_of(values);
  if (values.size() < 2) return figure;
  figure.half_interval = 1.96 * stddev_of(values) / std::sqrt(static_cast<double>(values.size()));
  return figure;
}

double normalized_mean_error(std::span<const Point> found,
                             std::span<const Point> annotated,
                             double outer_eye_distance) {
  EYELID_EXPECTS(found.size() == annotated.size() && !found.empty() && outer_eye_distance > 0.0);
  double sum = 0.0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    sum += static_cast<double>(distance(found[i], annotated[i]));
  }
  return sum / static_cast<double>(found.size()) / outer_eye_distance;
}

std::optional<double> closed_eye_auc(std::span<const EarPair> eyes) {
  double pairs = 0.0;
  double in_order = 0.0;
  for (const EarPair& closed : eyes) {
    if (closed.annotated >= kClosedEar) continue;
    for (const EarPair& open : eyes) {
      if (open.annotated < kHalfClosedEar) continue;
      pairs += 1.0;
      if (closed.found < open.found) in_order += 1.0;
      if (closed.found == open.found) in_order += 0.5;
    }
  }
  if (pairs == 0.0) return std::nullopt;
  return in_order / pairs;
}

void LandmarkAccuracyCounter::add(std::span<const Point> found,
                                  std::span<const Point> annotated,
                                  const EyeLandmarks& found_eyes,
                                  const EyeLandmarks& annotated_eyes,
                                  bool is_trustworthy) {
  const auto scale = static_cast<double>(distance(annotated_eyes.right[0], annotated_eyes.left[3]));
  errors_.push_back(normalized_mean_error(found, annotated, scale));
  if (!is_trustworthy) ++doubtful_;
  const auto measure = [this](const EyePoints& by_program, const EyePoints& by_person) {
    const auto found_ear = eye_aspect_ratio(by_program);
    const auto annotated_ear = eye_aspect_ratio(by_person);
    if (found_ear && annotated_ear) eyes_.push_back({*annotated_ear, *found_ear});
  };
  measure(found_eyes.right, annotated_eyes.right);
  measure(found_eyes.left, annotated_eyes.left);
}

LandmarkAccuracy LandmarkAccuracyCounter::summary() const {
  constexpr double kNoLimit = 1e9;
  LandmarkAccuracy result;
  result.faces = errors_.size() + missed_;
  result.missed = missed_;
  result.doubtful = doubtful_;
  result.failure_limit = limit_;
  result.failures =
      missed_ + static_cast<std::size_t>(std::count_if(
                    errors_.begin(), errors_.end(), [&](double nme) { return !(nme <= limit_); }));
  if (result.faces > 0) {
    result.failure_rate = static_cast<double>(result.failures) / static_cast<double>(result.faces);
  }
  result.nme = mean_figure(errors_);
  if (!errors_.empty()) result.nme_median = median_of(errors_);
  result.ear_error = ear_error_between(eyes_, -kNoLimit, kNoLimit);
  result.ear_error_closed = ear_error_between(eyes_, -kNoLimit, kClosedEar);
  result.ear_error_half_closed = ear_error_between(eyes_, kClosedEar, kHalfClosedEar);
  result.ear_error_open = ear_error_between(eyes_, kHalfClosedEar, kNoLimit);
  result.closed_auc = closed_eye_auc(eyes_);
  return result;
}

}  // namespace eyelid::evaluation
