// SPDX-License-Identifier: MIT
#pragma once

/// The numbers behind second_look.hpp. In a header of their own for the GPU, which decides the
/// same.
namespace eyelid::landmarks::bounds {

/// An opening (EAR) below this looks shut. On the annotated faces: shut below 0.12, open from 0.20.
inline constexpr float kLooksShut = 0.15f;
inline constexpr float kMoreOpen = 0.05f;   // EAR by which the other answer has to be more open
inline constexpr float kElsewhere = 0.2f;   // in eye widths: the other answer is another place
inline constexpr float kSamePlace = 0.12f;  // in eye widths: a second look ends here

}  // namespace eyelid::landmarks::bounds
