// SPDX-License-Identifier: MIT
#include "training/detector/detector_loss.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "eyelid/core/error.hpp"

namespace eyelid::training {
namespace {

constexpr std::size_t kScore = 16;
constexpr float kTeacherSeesFace = 0.5f;

/// A loss and its derivative by the network's number.
struct Term {
  double value = 0.0;
  double slope = 0.0;
};

double sigmoid(double logit) { return 1.0 / (1.0 + std::exp(-logit)); }
/// log(1 + exp(x)) without overflow.
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

Term cross_entropy(double logit, double target) {
  return {softplus(logit) - target * logit, sigmoid(logit) - target};
}

Term focal(double logit, bool is_face, const LossOptions& options) {
  // For a face; a background anchor is the same with the sign of the logit turned.
  const double sign = is_face ? 1.0 : -1.0;
  const double p = sigmoid(sign * logit);
  const double entropy = softplus(-sign * logit);  // -log p
  const double alpha = is_face ? options.focal_alpha : 1.0 - options.focal_alpha;
  const double gamma = options.focal_gamma;
  const double doubt = std::pow(1.0 - p, gamma);
  return {alpha * doubt * entropy, -alpha * sign * doubt * (gamma * p * entropy + (1.0 - p))};
}

Term smooth_l1(double error, double beta) {
  const double size = std::abs(error);
  if (size < beta) return {0.5 * error * error / beta, error / beta};
  return {size - 0.5 * beta, error < 0.0 ? -1.0 : 1.0};
}

/// |p - t| times the divergence of p from t: smooth, and 0 where they agree.
Term distilled_score(double logit, double teacher_logit) {
  const double target = sigmoid(teacher_logit);
  const double p = sigmoid(logit);
  const double difference = p - target;
  Term entropy = cross_entropy(logit, target);
  entropy.value -= cross_entropy(teacher_logit, target).value;
  const double sign = difference < 0.0 ? -1.0 : 1.0;
  return {std::abs(difference) * entropy.value,
          sign * p * (1.0 - p) * entropy.value + std::abs(difference) * entropy.slope};
}

/// Adds up the terms of one sample.
class SampleLoss {
 public:
  SampleLoss(const LossOptions& options,
             double divisor,
             std::span<const float> outputs,
             std::span<float> gradient)
      : options_(options), divisor_(divisor), outputs_(outputs), gradient_(gradient) {
    std::fill(gradient.begin(), gradient.end(), 0.0f);
  }

  float logit(std::size_t anchor) const { return outputs_[anchor * kDetectorNumbers + kScore]; }

  void add(std::size_t anchor, std::size_t number, Term term, double weight, double& part) {
    part += weight * term.value / divisor_;
    gradient_[anchor * kDetectorNumbers + number] +=
        static_cast<float>(weight * term.slope / divisor_);
  }

  /// 16 numbers against others, in units of `size`.
  void regress(std::size_t anchor,
               std::span<const float, 16> target,
               std::span<const float, 16> weights,
               double size,
               double factor,
               double& part) {
    for (std::size_t i = 0; i < target.size(); i++) {
      if (weights[i] == 0.0f) continue;
      const double error = (outputs_[anchor * kDetectorNumbers + i] - target[i]) / size;
      Term term = smooth_l1(error, options_.smooth_l1_beta);
      term.slope /= size;
      add(anchor, i, term, factor * weights[i], part);
    }
  }

  void regress_face(std::size_t anchor, const LabeledFace& face, double& part) {
    const Point center = hidden_anchors()[anchor].center();
    const Point offset = face.box.center() - center;
    std::array<float, 16> target = {offset.x, offset.y, face.box.width, face.box.height};
    std::array<float, 16> weights;
    weights.fill(1.0f);
    for (std::size_t i = 0; i < face.keypoints.size(); i++) {
      const Point point = face.keypoints[i] - center;
      target[4 + 2 * i] = point.x;
      target[5 + 2 * i] = point.y;
      weights[4 + 2 * i] = weights[5 + 2 * i] =
          i < 2 ? options_.eye_weight * face.keypoint_weight[i] : face.keypoint_weight[i];
    }
    const double size = std::max(0.5 * (face.box.width + face.box.height), 1.0);
    regress(anchor, target, weights, size, options_.regression_weight, part);
  }

  void distil(std::size_t anchor, const std::vector<float>& teacher, double& part) {
    const float* numbers = &teacher[anchor * kDetectorNumbers];
    const double weight = options_.distillation_weight;
    add(anchor, kScore, distilled_score(logit(anchor), numbers[kScore]), weight, part);
    if (sigmoid(numbers[kScore]) <= kTeacherSeesFace) return;
    std::array<float, 16> ones;
    ones.fill(1.0f);
    const double size = std::max(0.5f * (numbers[2] + numbers[3]), 1.0f);
    regress(anchor,
            std::span<const float, 16>(numbers, 16),
            ones,
            size,
            weight * options_.regression_weight,
            part);
  }

  void classify_focal(const AnchorAssignment& assignment, double& part) {
    for (std::size_t i = 0; i < assignment.size(); i++) {
      if (assignment[i] == kIgnored) continue;
      add(i, kScore, focal(logit(i), assignment[i] >= 0, options_), 1.0, part);
    }
  }

  void classify_hard(const AnchorAssignment& assignment, double& part) {
    std::vector<std::pair<float, std::size_t>> negatives;  // hardest first, then by index
    std::size_t positives = 0;
    for (std::size_t i = 0; i < assignment.size(); i++) {
      if (assignment[i] == kBackground) negatives.emplace_back(-logit(i), i);
      if (assignment[i] < 0) continue;
      positives++;
      add(i, kScore, cross_entropy(logit(i), 1.0), 1.0, part);
    }
    // A picture without a face still teaches: as if it had one positive anchor.
    const double wanted =
        options_.negatives_per_positive * static_cast<double>(std::max<std::size_t>(positives, 1));
    const auto count = std::min(negatives.size(), static_cast<std::size_t>(wanted));
    const auto middle = negatives.begin() + static_cast<std::ptrdiff_t>(count);
    std::partial_sort(negatives.begin(), middle, negatives.end());
    for (std::size_t i = 0; i < count; i++) {
      const std::size_t anchor = negatives[i].second;
      add(anchor, kScore, cross_entropy(logit(anchor), 0.0), 1.0, part);
    }
  }

 private:
  const LossOptions& options_;
  double divisor_;
  std::span<const float> outputs_;
  std::span<float> gradient_;
};

}  // namespace

double loss_divisor(std::span<const AnchorAssignment> assignments) {
  std::ptrdiff_t positives = 0;
  for (const AnchorAssignment& assignment : assignments) {
    positives += std::count_if(
        assignment.begin(), assignment.end(), [](std::int16_t face) { return face >= 0; });
  }
  return static_cast<double>(std::max<std::ptrdiff_t>(positives, 1));
}

LossParts sample_loss(const LossOptions& options,
                      const TrainingSample& sample,
                      const AnchorAssignment& assignment,
                      double divisor,
                      std::span<const float> outputs,
                      std::span<float> gradient) {
  constexpr std::size_t kNumbers = std::size_t{kDetectorAnchors} * kDetectorNumbers;
  EYELID_EXPECTS(outputs.size() == kNumbers && gradient.size() == kNumbers);
  EYELID_EXPECTS(sample.teacher.empty() || sample.teacher.size() == kNumbers);
  LossParts parts;
  SampleLoss loss(options, divisor, outputs, gradient);
  if (options.classification == Classification::Focal) {
    loss.classify_focal(assignment, parts.classification);
  } else {
    loss.classify_hard(assignment, parts.classification);
  }
  for (std::size_t i = 0; i < assignment.size(); i++) {
    if (assignment[i] >= 0) {
      parts.positives += 1.0;
      loss.regress_face(i, sample.faces[static_cast<std::size_t>(assignment[i])], parts.regression);
    } else if (!sample.teacher.empty() && options.distillation_weight > 0.0f) {
      loss.distil(i, sample.teacher, parts.distillation);
    }
  }
  return parts;
}

}  // namespace eyelid::training
