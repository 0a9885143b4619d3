// SPDX-License-Identifier: MIT
#pragma once

/// The numbers behind plausibility.hpp, beside the extremes seen on the annotated faces (lowest ..
/// highest). In a header of their own for the GPU, which makes the same tests.
namespace eyelid::landmarks::bounds {

inline constexpr float kMinEyeWidth_px = 5.0f;  // below, one pixel of lid gap is an EAR of 0.2
inline constexpr float kMinWidthRatio = 0.4f;   // narrower over wider eye: 0.43 .. 1
inline constexpr float kMinWidth = 0.25f;       // mean eye width over center distance: 0.29 .. 0.55
inline constexpr float kMaxWidth = 0.62f;
inline constexpr float kMaxSlant = 0.47f;        // tangent, eye against eye line: 21.6 degrees
inline constexpr float kMaxLidDistance = 0.65f;  // from the corner line, in eye widths: 0.54
inline constexpr float kLidOverhang = 0.1f;      // beyond a corner, in eye widths: 0
inline constexpr float kMinBoxShare = 0.16f;     // center distance over box side: 0.26 .. 0.52
inline constexpr float kMaxBoxShare = 0.75f;
inline constexpr float kMaxStageShift = 0.33f;  // in eye widths

}  // namespace eyelid::landmarks::bounds
