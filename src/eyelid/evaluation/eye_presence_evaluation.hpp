// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "eyelid/evaluation/landmark_datasets.hpp"
#include "eyelid/evaluation/landmark_evaluation.hpp"

namespace eyelid::evaluation {

/// How many of so many are trusted (landmarks::FacePoints::trusted_eyes).
struct KeptShare {
  std::size_t count = 0;
  std::size_t kept = 0;
  double share() const {
    return count == 0 ? 0.0 : static_cast<double>(kept) / static_cast<double>(count);
  }
};

/// Eyes and places that are none, on annotated pictures; a row of `eyelid evaluate presence`.
struct PresenceEvaluation {
  KeptShare open_eyes;                // annotated EAR from 0.2
  KeptShare half_closed;              // 0.12 .. 0.2
  KeptShare closed_eyes;              // below
  KeptShare places;                   // background: kept when either eye is
  KeptShare place_eyes;               // each eye of those places
  std::vector<std::string> problems;  // pictures that cannot be read; skipped
};

/// Each face three times, from its eye centers displaced by 6 % of their distance (SD per axis), as
/// detectors err; and six places per face, eyes set at random anywhere in the same picture, at the
/// size of that face and turned by 14 degrees (SD), no nearer than 1.2 eye distances to its eyes.
/// Pictures must not show faces besides the annotated ones: 300w sets. Repeatable.
PresenceEvaluation evaluate_presence(const LandmarkDataset& dataset, const LocateFace& locate);

}  // namespace eyelid::evaluation
