// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "eyelid/synthesis/portrait.hpp"
#include "training/detector/detector_data.hpp"
#include "training/detector/training_sample.hpp"

namespace eyelid::training {

/// Drawn portraits as samples: one face of 20 to 100 px somewhere in the picture, flipped half of
/// the time, with other contrast and noise; one in ten is a picture without a face.
///
/// To try the trainer without data; a detector for photographs needs photographs.
class RenderedFaces : public SampleSource {
 public:
  /// Draws `count` portraits first (10 ms each).
  RenderedFaces(std::uint64_t seed, int count);
  void make(std::uint64_t index, TrainingSample& sample) const override;

 private:
  std::uint64_t seed_;
  std::vector<synthesis::Portrait> portraits_;
};

/// The public model's box of a face with these 68 points: a square from the brows to the chin.
Rect detector_box(const FaceLandmarks& points);

/// Runs our engine on `count` samples of `source` (which must differ from the trained ones) at
/// threshold 0.5; a face is found at IoU 0.5.
HeldOutEvaluation evaluation_on_samples(std::shared_ptr<const SampleSource> source, int count);

}  // namespace eyelid::training
