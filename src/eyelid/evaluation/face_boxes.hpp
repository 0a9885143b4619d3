// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "eyelid/core/geometry.hpp"

namespace eyelid::evaluation {

/// The box a detector draws round a face whose annotated points have this hull: a square of side
/// k sqrt(width height), its centre shifted upwards from the hull's. Detectors differ in what they
/// call a face; these are the mean boxes on 870 HELEN and 337 AFW training faces:
///   blazeface  k 1.07 +- 0.07, up 0.050 +- 0.045
///   hog        k 1.06 +- 0.09, up 0.085 +- 0.060
/// Others get BlazeFace's.
Rect detector_box_of_hull(const Rect& hull, std::string_view detector);

}  // namespace eyelid::evaluation
