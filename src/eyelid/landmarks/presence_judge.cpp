// SPDX-License-Identifier: MIT
#include "eyelid/landmarks/presence_judge.hpp"

#include <array>
#include <span>

namespace eyelid::landmarks {

bool even_light(GrayImage& patch) {
  // Four tables: equal pixels follow each other, and one counter would be waited for.
  std::array<std::array<std::int32_t, kGrayLevels>, 4> counted{};
  for (int y = 0; y < patch.height(); ++y) {
    const std::uint8_t* row = patch.row(y);
    for (int x = 0; x < patch.width(); ++x) ++counted[static_cast<std::size_t>(x % 4)][row[x]];
  }
  PatchSums sums;
  std::array<std::int32_t, kGrayLevels> counts{};
  for (std::size_t level = 0; level < counts.size(); ++level) {
    for (const auto& part : counted) counts[level] += part[level];
    const auto gray = static_cast<std::int64_t>(level);
    sums.of_levels += gray * counts[level];
    sums.of_squares += gray * gray * counts[level];
  }
  const PatchLight light = sums.light();
  std::array<std::uint8_t, kGrayLevels> lit{};
  for (std::size_t level = 0; level < lit.size(); ++level) {
    lit[level] = light(static_cast<std::uint8_t>(level));
  }
  for (int y = 0; y < patch.height(); ++y) {
    std::uint8_t* row = patch.row(y);
    for (int x = 0; x < patch.width(); ++x) row[x] = lit[row[x]];
  }
  return is_of_one_tone(counts.data(), sums.deviation());
}

PerEye<float> PresenceJudge::presence(const ShapeModel& model,
                                      const FrameView& frame,
                                      const EyeLandmarks& eyes,
                                      const PerEye<bool>& is_wanted) {
  PerEye<Point> points;
  PerEye<bool> is_asked;
  PerEye<bool> is_of_one_tone;
  std::array<ShapeQuery, 2> queries;
  std::size_t count = 0;
  for (const Eye eye : kEyes) {
    const PatchPlacement placement = place_presence_patch(eye, eyes[eye]);
    is_asked[eye] = is_wanted[eye] && placement.is_usable();
    if (!is_asked[eye]) continue;
    GrayImage& patch = patches_[eye];
    cutter_.cut(frame, placement, patch);
    is_of_one_tone[eye] = even_light(patch);
    queries[count++] = {patch, ShapeRegion::of_patch(patch.width()), std::span(&points[eye], 1)};
  }
  model.predict(std::span(queries).first(count));
  PerEye<float> result = kNeitherEye;
  for (const Eye eye : kEyes) {
    if (!is_asked[eye]) continue;
    result[eye] = is_of_one_tone[eye] ? kPresenceOfOneTone : presence_of(points[eye]);
  }
  return result;
}

}  // namespace eyelid::landmarks
