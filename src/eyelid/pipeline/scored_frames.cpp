// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/scored_frames.hpp"

#include <cmath>

#include "eyelid/conditioning/trial_calibration.hpp"

namespace eyelid::pipeline {
namespace {

float moved(float fec, const EyeLevels& before, const EyeLevels& now) {
  if (!are_usable(before) || !are_usable(now)) return kNotAvailable;
  return static_cast<float>(conditioning::recalibrated(static_cast<double>(fec), before, now));
}

}  // namespace

bool ScoredFramesReader::next(EyelidSample& sample) {
  if (!table_.next(sample)) return false;
  if (levels_) {
    // A table with one closure and no eyes.
    const bool has_eyes = std::isfinite(sample.fec.right) || std::isfinite(sample.fec.left);
    const float mean =
        moved(sample.mean_fec, levels_->before.levels.right, levels_->now.levels.right);
    for (const Eye eye : kEyes) {
      sample.fec[eye] =
          moved(sample.fec[eye], levels_->before.levels[eye], levels_->now.levels[eye]);
    }
    sample.mean_fec = has_eyes ? kNotAvailable : mean;
  }
  if (!std::isfinite(sample.mean_fec)) sample.mean_fec = mean_of_valid(sample.fec);
  return true;
}

}  // namespace eyelid::pipeline
