// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "eyelid/core/geometry.hpp"
#include "eyelid/detection/face_detector.hpp"

namespace eyelid::detection {

/// Answers with one box, of score 1, whatever the picture: the user has said where the face is. It
/// may reach beyond the picture; detect() throws InputError where it lies outside.
std::unique_ptr<FaceDetector> make_fixed_face_detector(const Rect& box);

}  // namespace eyelid::detection
