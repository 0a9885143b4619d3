// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string_view>

#include "eyelid/core/geometry.hpp"

namespace eyelid::evaluation {

/// The upright box around points, at least one.
Rect hull_of(std::span<const Point> points);

/// The box a detector draws around a face whose annotated points have this hull; its center is
/// shifted upwards from the hull's. Detectors differ in what they call a face; these are the mean
/// boxes on HELEN and AFW training faces, in parts of the square root of the hull's area:
///   blazeface  a square of 1.07 +- 0.07, up 0.050 +- 0.045   (1207 faces)
///   hog        a square of 1.06 +- 0.09, up 0.085 +- 0.060   (1207)
///   mtcnn      width 0.98 +- 0.06, height 1.26 +- 0.08, up 0.160 +- 0.045   (206, facenet-pytorch)
/// Others get BlazeFace's.
Rect detector_box_of_hull(const Rect& hull, std::string_view detector);

}  // namespace eyelid::evaluation
