// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "eyelid/imports/lid_points.hpp"
#include "eyelid/imports/trace.hpp"

namespace eyelid::imports {

/// The header of a DeepLabCut table: for every column of numbers its point and what it holds.
struct PoseColumns {
  std::vector<std::string> individuals;  // empty: one animal
  std::vector<std::string> bodyparts;
  std::vector<std::string> coords;  // "x", "y", "likelihood"
};

/// Points by name; with several animals ANIMAL/POINT. Throws InputError for rows of different
/// lengths and for points without x and y.
std::vector<PosePoint> points_of(const PoseColumns& columns, const std::string& file);

/// DeepLabCut counts frames: throws InputError without a frame rate.
void check_rate(const TraceOptions& options, const std::string& file);

}  // namespace eyelid::imports
