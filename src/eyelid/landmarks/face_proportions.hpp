// SPDX-License-Identifier: MIT
#pragma once

/// The mean face behind carry_face() of eye_landmarker.hpp, in units of the eye distance, the eye
/// centers at (-0.5, 0) and (0.5, 0): means over 1,207 HELEN and AFW training faces. In a header of
/// their own for the GPU, which carries faces as well.
namespace eyelid::landmarks::proportions {

inline constexpr float kNoseTip = 0.54f;  // below the eyes
inline constexpr float kMouth = 1.10f;
inline constexpr float kEarAside = 1.15f;
inline constexpr float kEarBelow = 0.03f;
// The canonical box of BlazeFace: its side, and its center under the eyes.
inline constexpr float kBoxSide = 1.0f / 0.405f;
inline constexpr float kBoxCenterBelowEyes = 0.227f * kBoxSide;

}  // namespace eyelid::landmarks::proportions
