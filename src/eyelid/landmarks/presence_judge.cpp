// SPDX-License-Identifier: MIT
#include "eyelid/landmarks/presence_judge.hpp"

#include <array>
#include <span>

namespace eyelid::landmarks {

void even_light(GrayImage& patch) {
  std::int64_t sum = 0, sum_of_squares = 0;
  for (int y = 0; y < patch.height(); ++y) {
    const std::uint8_t* row = patch.row(y);
    std::int32_t row_sum = 0, row_squares = 0;
    for (int x = 0; x < patch.width(); ++x) {
      row_sum += row[x];
      row_squares += row[x] * row[x];
    }
    sum += row_sum;
    sum_of_squares += row_squares;
  }
  const PatchLight light = patch_light(sum, sum_of_squares);
  std::array<std::uint8_t, 256> lit{};
  for (std::size_t level = 0; level < lit.size(); ++level) {
    lit[level] = light(static_cast<std::uint8_t>(level));
  }
  for (int y = 0; y < patch.height(); ++y) {
    std::uint8_t* row = patch.row(y);
    for (int x = 0; x < patch.width(); ++x) row[x] = lit[row[x]];
  }
}

PerEye<float> PresenceJudge::presence(const ShapeModel& model,
                                      const FrameView& frame,
                                      const EyeLandmarks& eyes,
                                      const PerEye<bool>& is_wanted) {
  PerEye<Point> points;
  PerEye<bool> is_asked;
  std::array<ShapeQuery, 2> queries;
  std::size_t count = 0;
  for (const Eye eye : kEyes) {
    const PatchPlacement placement = place_presence_patch(eye, eyes[eye]);
    is_asked[eye] = is_wanted[eye] && placement.is_usable();
    if (!is_asked[eye]) continue;
    GrayImage& patch = patches_[eye];
    cutter_.cut(frame, placement, patch);
    even_light(patch);
    queries[count++] = {patch, ShapeRegion::of_patch(patch.width()), std::span(&points[eye], 1)};
  }
  model.predict(std::span(queries).first(count));
  PerEye<float> result = kNeitherEye;
  for (const Eye eye : kEyes) {
    if (is_asked[eye]) result[eye] = presence_of(points[eye]);
  }
  return result;
}

}  // namespace eyelid::landmarks
