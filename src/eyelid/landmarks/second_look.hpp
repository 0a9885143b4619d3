// SPDX-License-Identifier: MIT
#pragma once

#include "eyelid/core/face.hpp"

/// A shut eye is a dark line, and so is the rim of glasses below it, where a detector's keypoint
/// may lie: an eye that looks shut is looked for a second time from another start. What follows
/// decides which of the two counts.
namespace eyelid::landmarks {

/// Both eyes after the both-eyes model and after the one-eye model; frame pixels.
struct EyePair {
  EyeLandmarks first_stage;
  EyeLandmarks eyes;
};

/// Whether one of the eyes needs a second look.
bool looks_shut(const EyeLandmarks& eyes);

/// Whether a second look that has come to the both-eyes model may still correct `eyes`: not when it
/// has found every shut eye where it was. Of 1,236 second looks at shut eyes in recordings and on
/// photographs, 93 corrected something, all of them from 0.153 eye widths or more away; nine tenths
/// of the others lay below the 0.12 that end it.
bool may_correct(const EyeLandmarks& eyes, const EyeLandmarks& other_first_stage);

/// Puts an eye of `other` in the place of one of `pair` that looks shut, where it lies elsewhere
/// and is more open: rims and brows do not look like open eyes.
void correct(EyePair& pair, const EyePair& other);

}  // namespace eyelid::landmarks
