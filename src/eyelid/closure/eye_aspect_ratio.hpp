// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "eyelid/core/face.hpp"

namespace eyelid::closure {

/// Opening of one eye as height over width, without unit: about 0.3 open, below 0.1 closed.
/// Unchanged by image scale, shift and in-plane rotation; grows as the head turns aside (yaw
/// narrows the width), shrinks as it nods (pitch lowers the height).
///
/// Returns nothing when the corners coincide or a coordinate is not finite, as on a failed landmark
/// fit.
///
/// Source: Soukupova & Cech, "Real-Time Eye Blink Detection using Facial Landmarks",
/// CVWW 2016, eq. 1.
std::optional<float> eye_aspect_ratio(const EyePoints& lid_in_frame);

}  // namespace eyelid::closure
