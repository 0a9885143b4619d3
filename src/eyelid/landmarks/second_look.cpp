// SPDX-License-Identifier: MIT
#include "eyelid/landmarks/second_look.hpp"

#include "eyelid/landmarks/plausibility.hpp"
#include "eyelid/landmarks/second_look_bounds.hpp"

namespace eyelid::landmarks {
namespace {

using bounds::kElsewhere;
using bounds::kLooksShut;
using bounds::kMoreOpen;
using bounds::kSamePlace;

// Lid gap over width, as closure::eye_aspect_ratio; 0 where the corners coincide.
float opening(const EyePoints& eye) {
  const float width = distance(eye[0], eye[3]);
  return width > 0.0f ? (distance(eye[1], eye[5]) + distance(eye[2], eye[4])) / (2.0f * width)
                      : 0.0f;
}

bool is_settled(const EyePoints& eye, const EyePoints& other_first_stage) {
  return opening(eye) >= kLooksShut || distance(eye_center(eye), eye_center(other_first_stage)) <
                                           kSamePlace * distance(eye[0], eye[3]);
}

void correct_eye(EyePoints& eye,
                 EyePoints& first_stage,
                 const EyePoints& other,
                 const EyePoints& other_first_stage) {
  const bool is_elsewhere =
      distance(eye_center(eye), eye_center(other)) > kElsewhere * distance(other[0], other[3]);
  if (opening(eye) >= kLooksShut || opening(other) <= opening(eye) + kMoreOpen || !is_elsewhere) {
    return;
  }
  eye = other;
  first_stage = other_first_stage;
}

}  // namespace

bool looks_shut(const EyeLandmarks& eyes) {
  return opening(eyes.right) < kLooksShut || opening(eyes.left) < kLooksShut;
}

bool may_correct(const EyeLandmarks& eyes, const EyeLandmarks& other_first_stage) {
  return !is_settled(eyes.right, other_first_stage.right) ||
         !is_settled(eyes.left, other_first_stage.left);
}

void correct(EyePair& pair, const EyePair& other) {
  correct_eye(pair.eyes.right, pair.first_stage.right, other.eyes.right, other.first_stage.right);
  correct_eye(pair.eyes.left, pair.first_stage.left, other.eyes.left, other.first_stage.left);
}

}  // namespace eyelid::landmarks
