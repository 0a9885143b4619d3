// SPDX-License-Identifier: MIT
#pragma once

#include "eyelid/core/image.hpp"
#include "eyelid/landmarks/eye_presence.hpp"
#include "eyelid/landmarks/patch.hpp"
#include "eyelid/landmarks/shape_model.hpp"

namespace eyelid::landmarks {

/// Brings a presence patch to the light that the ensemble is trained on (PatchLight). Whether it
/// was of one tone (is_of_one_tone).
bool even_light(GrayImage& patch);

/// How surely the picture shows an eye where the lid points lie (eye_presence.hpp), of the eyes
/// wanted; kNotAvailable for the other, and where the points coincide or are no numbers;
/// kPresenceOfOneTone under a cover of one tone. `model`
/// has one point. Same bits on every machine.
///
/// Threads: one judge per thread. Allocates nothing once warm.
class PresenceJudge {
 public:
  PerEye<float> presence(const ShapeModel& model,
                         const FrameView& frame,
                         const EyeLandmarks& eyes,
                         const PerEye<bool>& is_wanted);

 private:
  PatchCutter cutter_;
  PerEye<GrayImage> patches_;
};

}  // namespace eyelid::landmarks
