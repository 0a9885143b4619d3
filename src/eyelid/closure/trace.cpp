// SPDX-License-Identifier: MIT
#include "eyelid/closure/trace.hpp"

namespace eyelid::closure {

ClosureInput closure_input(const FrameMeasurement& measurement, std::optional<Eye> eye) {
  ClosureInput input;
  input.frame = measurement.frame;
  input.time_s = measurement.time_s;
  input.ear = measurement.ear;
  input.is_trustworthy = measurement.is_trustworthy();
  if (eye) {
    input.ear[other(*eye)] = kNotAvailable;
    input.is_trustworthy = measurement.trusted_eyes[*eye];
  }
  input.is_suspect = measurement.is_suspect;
  input.clip = measurement.clip;
  if (measurement.face) {
    input.face_score = measurement.face->score;
    input.face_box = measurement.face->box;
  }
  return input;
}

}  // namespace eyelid::closure
