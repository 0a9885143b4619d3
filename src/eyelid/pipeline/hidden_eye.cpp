// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/hidden_eye.hpp"

#include <fmt/format.h>

#include "eyelid/closure/ear_levels.hpp"
#include "eyelid/core/error.hpp"

namespace eyelid::pipeline {

void HiddenEyeWatch::add(const EyelidSample& sample) {
  for (const Eye eye : kEyes) frames_[eye] += sample.is_eye_valid(eye);
}

std::optional<Eye> HiddenEyeWatch::hidden_eye() const {
  for (const Eye eye : kEyes) {
    const std::int64_t of_other = frames_[other(eye)];
    if (of_other >= closure::kMinMeasurements && 2 * frames_[eye] < of_other) return eye;
  }
  return std::nullopt;
}

std::string HiddenEyeWatch::warning() const {
  const std::optional<Eye> hidden = hidden_eye();
  EYELID_EXPECTS(hidden);
  return fmt::format(
      "the {0} eye was measured in {1} frames, the {2} eye in {3}: something hides it (a cover, a "
      "hand, hair, glare, the border of the picture); see valid_{0} in frames.csv",
      name_of(*hidden),
      frames_[*hidden],
      name_of(other(*hidden)),
      frames_[other(*hidden)]);
}

}  // namespace eyelid::pipeline
