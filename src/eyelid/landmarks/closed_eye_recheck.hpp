// SPDX-License-Identifier: MIT
#pragma once

#include "eyelid/core/eye_aspect_ratio.hpp"
#include "eyelid/landmarks/plausibility.hpp"

/// A closed eye is a dark line, and so is the rim of glasses below it, where a detector's keypoint
/// may lie: an eye that appears closed is located a second time, from another start. What follows
/// decides which of the two counts.
namespace eyelid::landmarks {

/// An EAR below this appears closed. On the annotated faces: closed below 0.12, open from 0.20.
inline constexpr float kAppearsClosed = 0.15f;
/// EAR by which the other result must be more open to replace a closed eye.
inline constexpr float kMoreOpen = 0.05f;
/// In eye widths: the other result is another place.
inline constexpr float kElsewhere = 0.2f;
/// In eye widths: the same place, so that the recheck ends.
inline constexpr float kSamePlace = 0.12f;

EYELID_PORTABLE inline bool appears_closed(const EyePoints& eye) {
  const std::optional<float> ear = eye_aspect_ratio(eye);
  return ear && *ear < kAppearsClosed;
}

EYELID_PORTABLE inline bool needs_recheck(const EyeLandmarks& eyes) {
  return appears_closed(eyes.right) || appears_closed(eyes.left);
}

EYELID_PORTABLE inline bool needs_correction(const EyePoints& eye,
                                             const EyePoints& other_first_stage) {
  return appears_closed(eye) && !(distance(eye_center(eye), eye_center(other_first_stage)) <
                                  kSamePlace * distance(eye[0], eye[3]));
}

/// Whether a recheck that has come to the both-eyes model may still correct `eyes`: not when it has
/// found every closed eye where it was. Of 1,236 rechecks of closed eyes in recordings and on
/// photographs, 93 corrected something, all of them from 0.153 eye widths or more away; nine tenths
/// of the others lay below the 0.12 that end it.
EYELID_PORTABLE inline bool needs_correction(const EyeLandmarks& eyes,
                                             const EyeLandmarks& other_first_stage) {
  return needs_correction(eyes.right, other_first_stage.right) ||
         needs_correction(eyes.left, other_first_stage.left);
}

/// Whether `other` replaces `eye`: rims and brows do not look like open eyes.
EYELID_PORTABLE inline bool is_corrected_by(const EyePoints& eye, const EyePoints& other) {
  const std::optional<float> ear = eye_aspect_ratio(eye), other_ear = eye_aspect_ratio(other);
  return ear && other_ear && *ear<kAppearsClosed&& * other_ear> * ear + kMoreOpen &&
         distance(eye_center(eye), eye_center(other)) > kElsewhere * distance(other[0], other[3]);
}

EYELID_PORTABLE inline void correct(EyePair& pair, const EyePair& other, Eye eye) {
  if (!is_corrected_by(pair.eyes[eye], other.eyes[eye])) return;
  pair.eyes[eye] = other.eyes[eye];
  pair.first_stage[eye] = other.first_stage[eye];
}

/// Puts an eye of `other` in the place of one of `pair` that appears closed, where it lies
/// elsewhere and is more open.
EYELID_PORTABLE inline void correct(EyePair& pair, const EyePair& other) {
  correct(pair, other, Eye::Right);
  correct(pair, other, Eye::Left);
}

}  // namespace eyelid::landmarks
