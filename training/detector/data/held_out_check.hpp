// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <vector>

#include "eyelid/networks/blazeface_weights.hpp"
#include "training/detector/data/scene_library.hpp"

namespace eyelid::training {

/// Detections against annotations at one score threshold.
struct ThresholdFigures {
  float threshold = 0.0f;
  int faces = 0;             // of at least 10 % of the picture's longer side
  int found = 0;             // at an IoU of 0.5 or more
  int false_detections = 0;  // not half on a smaller or unannotated face

  double recall() const;
  double precision() const;
};

/// One set's held-out scenes.
struct HeldOutSet {
  std::string set;  // "wflw:<path>"; last in a report: "all"
  int pictures = 0;
  std::vector<ThresholdFigures> thresholds;  // as asked for
  /// Mean distance between found and annotated eye centers over the annotated distance of the
  /// eyes; on faces found at the first threshold that have points.
  double eye_error = 0.0;
  int eyes = 0;
};

/// Runs the detector on the gray pictures of all held-out scenes, as users run it: the whole
/// picture letterboxed. The last set is the sum. Same weights, same figures.
std::vector<HeldOutSet> check_on_held_out(const SceneLibrary& library,
                                          const networks::BlazeFaceWeights& weights,
                                          std::span<const float> thresholds);

}  // namespace eyelid::training
