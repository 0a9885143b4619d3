// SPDX-License-Identifier: MIT
#include "eyelid/evaluation/landmark_accuracy.hpp"

#include <algorithm>
#include <cmath>

#include "eyelid/core/error.hpp"
#include "eyelid/core/eye_aspect_ratio.hpp"

namespace eyelid::evaluation {
namespace {

double median(std::vector<double> values) {
  if (values.empty()) return 0.0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return 0.5 * (*middle + *std::max_element(values.begin(), middle));
}

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
  const auto count = static_cast<double>(values.size());
  for (const double value : values) figure.mean += value / count;
  if (values.size() < 2) return figure;
  double squares = 0.0;
  for (const double value : values) squares += (value - figure.mean) * (value - figure.mean);
  figure.half_interval = 1.96 * std::sqrt(squares / (count - 1.0) / count);
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
  result.nme_median = median(errors_);
  result.ear_error = ear_error_between(eyes_, -kNoLimit, kNoLimit);
  result.ear_error_closed = ear_error_between(eyes_, -kNoLimit, kClosedEar);
  result.ear_error_half_closed = ear_error_between(eyes_, kClosedEar, kHalfClosedEar);
  result.ear_error_open = ear_error_between(eyes_, kHalfClosedEar, kNoLimit);
  result.closed_auc = closed_eye_auc(eyes_);
  return result;
}

}  // namespace eyelid::evaluation
