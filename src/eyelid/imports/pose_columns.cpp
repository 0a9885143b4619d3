// SPDX-License-Identifier: MIT
#include "eyelid/imports/pose_columns.hpp"

#include <algorithm>
#include <set>

#include "eyelid/core/error.hpp"

namespace eyelid::imports {

std::vector<PosePoint> points_of(const PoseColumns& columns, const std::string& file) {
  const std::size_t width = columns.coords.size();
  const bool has_individuals = !columns.individuals.empty();
  if (columns.bodyparts.size() != width ||
      (has_individuals && columns.individuals.size() != width)) {
    throw InputError(file +
                     ": header rows of different lengths, expected those of DeepLabCut (the file "
                     "may be cut off)");
  }
  const std::set<std::string> animals(columns.individuals.begin(), columns.individuals.end());
  struct Found {
    PosePoint point;
    bool has_x = false;
    bool has_y = false;
  };
  std::vector<Found> found;
  for (std::size_t i = 0; i < width; ++i) {
    std::string name = columns.bodyparts[i];
    if (animals.size() > 1) name = columns.individuals[i] + "/" + name;
    auto place =
        std::ranges::find_if(found, [&](const Found& one) { return one.point.name == name; });
    if (place == found.end()) place = found.insert(found.end(), Found{{.name = name}});
    if (columns.coords[i] == "x") {
      place->point.x = i;
      place->has_x = true;
    } else if (columns.coords[i] == "y") {
      place->point.y = i;
      place->has_y = true;
    } else if (columns.coords[i] == "likelihood") {
      place->point.likelihood = i;
      place->point.has_likelihood = true;
    }
  }
  std::vector<PosePoint> points;
  for (const Found& one : found) {
    if (!one.has_x || !one.has_y) {
      throw InputError(file + ": point " + one.point.name +
                       " lacks x or y, expected both (the file may be cut off)");
    }
    points.push_back(one.point);
  }
  if (points.empty()) throw InputError(file + ": no points, expected those of DeepLabCut");
  return points;
}

void check_rate(const TraceOptions& options, const std::string& file) {
  if (options.frames_per_second > 0.0) return;
  throw InputError(file + ": points without times, expected the frame rate of the film (--fps N)");
}

}  // namespace eyelid::imports
