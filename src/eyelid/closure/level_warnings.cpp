// SPDX-License-Identifier: MIT
#include "eyelid/closure/level_warnings.hpp"

#include <fmt/format.h>

#include <cmath>

#include "eyelid/closure/ear_levels.hpp"

namespace eyelid::closure {
namespace {

constexpr double kMoment_s = 0.1;
constexpr double kMomentOfAll = 1e-4;

std::string described(Eye eye, const char* name, float ear, const LevelOrigin& origin) {
  const std::string level = fmt::format("the {} eye's {} level", name_of(eye), name);
  const std::string place = fmt::format(
      "{:.3f}, between {:.3f} and {:.3f}", ear, origin.interval->low, origin.interval->high);
  const std::string basis = origin.basis.empty() ? "" : ": " + origin.basis;
  return origin.source == LevelSource::Given
             ? fmt::format(
                   "{} in the calibration file was only estimated ({}{})", level, place, basis)
             : fmt::format("{} is estimated ({}){}", level, place, basis);
}

}  // namespace

std::vector<std::string> level_warnings(const Calibration& calibration) {
  std::vector<std::string> warnings;
  for (const Eye eye : kEyes) {
    const EyeLevels& levels = calibration.levels[eye];
    if (!are_usable(levels)) continue;
    if (const LevelOrigin& open = calibration.open_origin[eye]; open.interval) {
      warnings.push_back(described(eye, "open", levels.open_ear, open) +
                         fmt::format("; an open eye may have a FEC of {:.2f} to {:.2f}",
                                     fec_of(open.interval->high, levels),
                                     fec_of(open.interval->low, levels)));
    }
    if (const LevelOrigin& closed = calibration.closed_origin[eye]; closed.interval) {
      warnings.push_back(described(eye, "closed", levels.closed_ear, closed) +
                         fmt::format("; a full closure may have a FEC of {:.2f} to {:.2f}",
                                     fec_of(closed.interval->high, levels),
                                     fec_of(closed.interval->low, levels)));
    }
  }
  return warnings;
}

void FecRangeWatch::Side::add(double at_s, float fec) {
  ++frames;
  if (std::abs(fec) <= std::abs(farthest)) return;
  farthest = fec;
  time_s = at_s;
}

void FecRangeWatch::add(double time_s, float fec) {
  if (!std::isfinite(fec)) return;
  ++frames_;
  if (fec > kFecTooLarge) above_.add(time_s, fec);
  if (fec < kFecTooSmall) below_.add(time_s, fec);
}

std::vector<std::string> FecRangeWatch::warnings(Eye eye, double frame_interval_s) const {
  const auto lasts = [&](const Side& side) {
    const auto frames = static_cast<double>(side.frames);
    return frames * frame_interval_s > kMoment_s &&
           frames > kMomentOfAll * static_cast<double>(frames_);
  };
  const auto sentence = [&](const Side& side, const char* beyond, float limit, const char* why) {
    return fmt::format("FEC of the {} eye is {} {:g} for {:.2f} s in all ({:.2f} at {:.2f} s): {}",
                       name_of(eye),
                       beyond,
                       limit,
                       static_cast<double>(side.frames) * frame_interval_s,
                       side.farthest,
                       side.time_s,
                       why);
  };
  std::vector<std::string> warnings;
  if (lasts(above_)) {
    warnings.push_back(sentence(
        above_, "above", kFecTooLarge, "its closed level is too high, or its points slipped"));
  }
  if (lasts(below_)) {
    warnings.push_back(
        sentence(below_,
                 "below",
                 kFecTooSmall,
                 "its open level is too low, or a raised brow or another pose widened "
                 "it, or its points slipped"));
  }
  return warnings;
}

}  // namespace eyelid::closure
