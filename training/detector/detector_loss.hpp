// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "training/detector/anchor_matching.hpp"
#include "training/detector/training_sample.hpp"

namespace eyelid::training {

enum class Classification { Focal, HardNegative };

struct LossOptions {
  Classification classification = Classification::Focal;
  float focal_gamma = 2.0f;
  float focal_alpha = 0.5f;
  float negatives_per_positive = 3.0f;  // HardNegative only
  float regression_weight = 1.0f;
  float eye_weight = 1.0f;  // of the eyes' four numbers, times the above
  float smooth_l1_beta = 0.05f;
  float distillation_weight = 1.0f;
};

/// Sums over a batch, per positive anchor.
struct LossParts {
  double classification = 0.0;
  double regression = 0.0;
  double distillation = 0.0;
  double positives = 0.0;  // anchors, not faces

  double total() const { return classification + regression + distillation; }
};

/// Positive anchors over the batch, at least 1: what every sum is divided by.
double loss_divisor(std::span<const AnchorAssignment> assignments);

/// The loss of one sample of a batch, and its gradient.
///
/// `outputs` and `gradient` are kDetectorAnchors rows of kDetectorNumbers; the gradient is
/// overwritten. Classification: focal loss (Lin et al. 2017), or cross-entropy over the positives
/// and the worst negatives (Liu et al., SSD, 2016). Regression: smooth L1 over the 16 numbers in
/// units of the face's size. Distillation, where the sample has a teacher, on all anchors but the
/// positive ones: divergence from the teacher's score weighted by |difference|, and the same
/// smooth L1 to its 16 numbers where it sees a face.
LossParts sample_loss(const LossOptions& options,
                      const TrainingSample& sample,
                      const AnchorAssignment& assignment,
                      double divisor,
                      std::span<const float> outputs,
                      std::span<float> gradient);

}  // namespace eyelid::training
