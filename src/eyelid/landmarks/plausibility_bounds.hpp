// SPDX-License-Identifier: MIT
#pragma once

/// The numbers behind plausibility.hpp, beside the extremes seen on the annotated faces (lowest ..
/// highest). In a header of their own for the GPU, which makes the same tests.
namespace eyelid::landmarks::bounds {

inline constexpr float kSmallestEyeWidthPx = 5.0f;  // below, one pixel of lid gap is an EAR of 0.2
inline constexpr float kLowestWidthRatio = 0.4f;    // narrower over wider eye: 0.43 .. 1
inline constexpr float kLowestWidth = 0.25f;  // mean eye width over centre distance: 0.29 .. 0.55
inline constexpr float kHighestWidth = 0.62f;
inline constexpr float kHighestSlant = 0.47f;        // tangent, eye against eye line: 21.6 degrees
inline constexpr float kHighestLidDistance = 0.65f;  // from the corner line, in eye widths: 0.54
inline constexpr float kLidOverhang = 0.1f;          // beyond a corner, in eye widths: 0
inline constexpr float kLowestBoxShare = 0.16f;      // centre distance over box side: 0.26 .. 0.52
inline constexpr float kHighestBoxShare = 0.75f;
inline constexpr float kHighestStageShift = 0.33f;  // in eye widths

}  // namespace eyelid::landmarks::bounds
