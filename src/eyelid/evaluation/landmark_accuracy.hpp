// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "eyelid/core/face.hpp"

namespace eyelid::evaluation {

/// Annotated EAR below which an eye counts as closed, and below which as half closed; the others
/// are open.
inline constexpr double kClosedEar = 0.12;
inline constexpr double kHalfClosedEar = 0.20;

/// A mean with half the width of its 95 % confidence interval (normal approximation, 1.96 standard
/// errors; nothing below two values).
struct MeanFigure {
  std::size_t count = 0;
  double mean = 0.0;  // 0 when count is 0
  std::optional<double> half_interval;
};
MeanFigure mean_figure(std::span<const double> values);

/// Mean distance of corresponding points over the distance of the outer eye corners (iBUG 36 and
/// 45): the normalized mean error of 300-W (Sagonas et al., ICCV workshops 2013), as a fraction.
double normalized_mean_error(std::span<const Point> found,
                             std::span<const Point> annotated,
                             double outer_eye_distance);

/// Eye aspect ratio of one eye by a person and by the program.
struct EarPair {
  double annotated = 0.0;
  double found = 0.0;
};

/// Probability that a closed eye gets a lower EAR than an open one (area under the ROC curve, ties
/// count half); half-closed eyes are not used. Nothing without eyes of either kind.
std::optional<double> closed_eye_auc(std::span<const EarPair> eyes);

/// Figures of one model on one dataset.
struct LandmarkAccuracy {
  std::size_t faces = 0;     // annotated, in readable pictures
  std::size_t missed = 0;    // no detection fits the face
  std::size_t doubtful = 0;  // located, but not trustworthy by the program itself
  double failure_limit = 0.0;
  std::size_t failures = 0;   // missed, or nme over the limit
  double failure_rate = 0.0;  // failures / faces
  MeanFigure nme;             // of located faces, trusted or not
  double nme_median = 0.0;    // of located faces
  MeanFigure ear_error;       // |found - annotated| per eye of located faces
  MeanFigure ear_error_closed;
  MeanFigure ear_error_half_closed;
  MeanFigure ear_error_open;
  std::optional<double> closed_auc;
};

/// Collects faces one by one.
class LandmarkAccuracyCounter {
 public:
  explicit LandmarkAccuracyCounter(double failure_limit = 0.10) : limit_(failure_limit) {}

  void add_missed() { ++missed_; }
  /// `found` and `annotated` are the points compared, equally many; EAR comes from the eyes.
  void add(std::span<const Point> found,
           std::span<const Point> annotated,
           const EyeLandmarks& found_eyes,
           const EyeLandmarks& annotated_eyes,
           bool is_trustworthy);
  LandmarkAccuracy summary() const;

 private:
  double limit_;
  std::size_t missed_ = 0;
  std::size_t doubtful_ = 0;
  std::vector<double> errors_;
  std::vector<EarPair> eyes_;
};

}  // namespace eyelid::evaluation
