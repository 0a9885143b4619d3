// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "eyelid/core/face.hpp"
#include "eyelid/core/per_eye.hpp"
#include "eyelid/core/portable.hpp"
#include "eyelid/landmarks/patch_placement.hpp"

/// Whether the picture shows an eye where lid points were found: the points alone do not say, the
/// models answer eye-like shapes anywhere.
///
/// A small patch around the lids, of even light, goes through an ensemble of regression trees of
/// one point (models/eye_presence.md), whose mean shape is moved up where there is an eye, open or
/// closed, and down where there is none: background, a patch, a hand, hair, a glare.
namespace eyelid::landmarks {

inline constexpr PatchSize kPresencePatch{40, 32};
/// Of the two corners, in pixels of that patch: it spans 2.5 x 2 eye widths.
inline constexpr float kCornerDistanceOnPresencePatch = 16.0f;

/// Normalized y of the point where there is no eye, and where there is one, on examples.
inline constexpr float kPresenceStep = 0.5f;
inline constexpr float kPresenceCenter = 0.4f;
/// Presence of an eye that nobody looks for in the picture: for the judge's own training.
inline constexpr float kUndoubtedPresence = 1.0f;

/// The left eye is mirrored, as on the one-eye patch.
constexpr PatchPlacement place_presence_patch(Eye side, const EyePoints& eye) {
  PatchPlacement result = place_pair(
      kPresencePatch, kPresencePatch.middle(), kCornerDistanceOnPresencePatch, eye[0], eye[3]);
  result.is_mirrored = side == Eye::Left;
  return result;
}

/// How a patch is brought to a mean of 128 and a standard deviation of 40. One with a deviation
/// under 3 stays flatter: noise must not look like an eye.
struct PatchLight {
  std::int32_t mean_q8 = 0;   // gray levels in steps of 1/256
  std::int32_t gain_q12 = 0;  // in steps of 1/4096

  EYELID_PORTABLE std::uint8_t operator()(std::uint8_t pixel) const {
    const std::int32_t away_q8 = 256 * pixel - mean_q8;
    const auto away = static_cast<std::int32_t>(std::int64_t{away_q8} * gain_q12 / (1 << 20));
    return static_cast<std::uint8_t>(std::clamp(128 + away, 0, 255));
  }
};

inline constexpr std::int32_t kPresencePixels = kPresencePatch.width * kPresencePatch.height;

/// Sums over all pixels of a patch as it was cut. Integers, and one square root: the same
/// everywhere.
struct PatchSums {
  std::int64_t of_levels = 0;
  std::int64_t of_squares = 0;

  EYELID_PORTABLE double deviation() const {
    constexpr std::int64_t kPixels = kPresencePixels;
    const double variance = static_cast<double>(kPixels * of_squares - of_levels * of_levels) /
                            static_cast<double>(kPixels * kPixels);
    return std::sqrt(variance);
  }
  EYELID_PORTABLE PatchLight light() const {
    return {static_cast<std::int32_t>(256 * of_levels / kPresencePixels),
            static_cast<std::int32_t>(40.0 * 4096.0 / std::max(3.0, deviation()))};
  }
};

inline constexpr int kGrayLevels = 256;

/// The brightest levels of a patch are a plateau where the picture is burnt out: at 255, at 235 in
/// films of limited range, lower where a camera clips earlier. What follows below the plateau,
/// whose top hundredth is the overshoot of codecs.
EYELID_PORTABLE inline int level_below_burnt_out(const std::int32_t* counts) {
  constexpr std::int32_t kOvershoot = kPresencePixels / 100;
  constexpr int kPlateau = 7;
  int level = kGrayLevels - 1;
  for (std::int32_t above = counts[level]; level > 0 && above <= kOvershoot;
       above += counts[level]) {
    --level;
  }
  return level - kPlateau;
}

/// Whether one tone fills the patch, as tape or card over the eye does: more than a fifth of its
/// pixels within a tenth of its standard deviation, black and burnt-out ones apart. `counts` of its
/// pixels of each gray level. The lid points then lie on the edges of the cover, which the ensemble
/// takes for lids. Of 4,500 eyes in films and photographs, 450 of them closed, one tone filled up
/// to 21 % of HELEN's, 17 % of the films'; of covers that reach 0.3 eye widths beyond the lids, 19
/// to 41 %. In a patch without contrast a tone says nothing.
EYELID_PORTABLE inline bool is_of_one_tone(const std::int32_t* counts, double deviation) {
  constexpr int kDarkest = 4;
  constexpr double kLeastDeviation = 10.0;
  constexpr std::int32_t kMost = kPresencePixels * 22 / 100;
  if (deviation < kLeastDeviation) return false;
  const int window = static_cast<int>(0.1 * deviation + 0.5);
  const int brightest = level_below_burnt_out(counts);
  std::int32_t inside = 0;
  for (int level = kDarkest; level <= brightest; ++level) {
    inside += counts[level];
    if (level - window >= kDarkest) inside -= counts[level - window];
    if (inside > kMost) return true;
  }
  return false;
}
/// What is answered then.
inline constexpr float kPresenceOfOneTone = -1.0f;

/// About +0.5 where there is an eye, -0.5 elsewhere; `point` as the ensemble predicts it.
EYELID_PORTABLE inline float presence_of(Point point) { return kPresenceCenter - point.y; }

/// The presence that it takes to be an eye; chosen on scenes held out from training, then lowered
/// by 0.05 when better lid points kept more places out (models/eye_presence.md). Two that look like
/// a pair support each other: a lens that reflects may spoil one. Places without eyes that look
/// like a pair are rare. One alone must be sure.
struct PresenceBounds {
  float of_pair;
  float mean_of_pair;
  float alone;
};
/// Where the detector itself is unsure of the face. Chosen on a film of one eye close up, whose
/// false faces score up to 0.65; true faces large enough to measure score 0.73 and more.
inline constexpr float kUnsureFace = 0.7f;

EYELID_PORTABLE constexpr PresenceBounds presence_bounds(float face_score) {
  if (face_score < kUnsureFace) return {0.05f, 0.25f, 0.45f};
  return {-0.15f, -0.05f, 0.15f};
}

/// Eyes that blink, squint, or blur in motion look less like eyes for a few frames. From this
/// presence on, one that was there a moment ago still is (core/FrameMeasurement::doubted_eyes).
inline constexpr float kLeastDoubted = -0.4f;

/// Presence kNotAvailable: cannot be measured.
EYELID_PORTABLE inline bool are_pair_of_eyes(const PerEye<float>& presence,
                                             const PresenceBounds& least) {
  return presence.right >= least.of_pair && presence.left >= least.of_pair &&
         presence.right + presence.left >= 2.0f * least.mean_of_pair;
}
EYELID_PORTABLE inline PerEye<bool> are_eyes(const PerEye<float>& presence,
                                             const PresenceBounds& least) {
  return {presence.right >= least.alone, presence.left >= least.alone};
}

}  // namespace eyelid::landmarks
