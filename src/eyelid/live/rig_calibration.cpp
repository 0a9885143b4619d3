// SPDX-License-Identifier: MIT
#include "eyelid/live/rig_calibration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

#include "eyelid/closure/closure_analysis.hpp"
#include "eyelid/core/error.hpp"

namespace eyelid::live {
namespace {

constexpr std::size_t kFramesAtFirst =
    60'000;  // a minute at 1000/s: the measuring thread seldom grows it

std::string date_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text.data(), size};
}

std::string describe(const Calibration& levels) {
  std::string text;
  for (const Eye eye : kEyes) {
    if (!are_usable(levels.levels[eye])) {
      text += fmt::format("{}{} eye none", text.empty() ? "" : "; ", name_of(eye));
      continue;
    }
    text += fmt::format("{}{} eye open {:.3f}, closed {:.3f} ({})",
                        text.empty() ? "" : "; ",
                        name_of(eye),
                        levels.levels[eye].open_ear,
                        levels.levels[eye].closed_ear,
                        name_of(levels.closed_origin[eye].source));
  }
  return text;
}

bool is_measured(const Calibration& levels, Eye eye) {
  return are_usable(levels.levels[eye]) &&
         levels.closed_origin[eye].source == LevelSource::Measured;
}

}  // namespace

RigCalibration::RigCalibration(const CalibrationGuide::Course& course,
                               std::filesystem::path folder,
                               Calibration conditions)
    : folder_(std::move(folder)), conditions_(std::move(conditions)), guide_(course) {
  conditions_.date = date_now();
  frames_.reserve(kFramesAtFirst);
}

std::optional<CalibrationCue> RigCalibration::on_frame(const MeasuredFrame& frame) {
  if (is_waiting_.load()) return std::nullopt;
  const std::lock_guard lock(mutex_);
  if (is_over_) return std::nullopt;
  frames_.push_back(closure::closure_input(frame.measurement));
  const auto cue = guide_.on_frame(frame.measurement.time_s, frame.measurement.is_trustworthy());
  if (!cue) return cue;
  instruction_ = words_of(*cue);
  is_waiting_.store(guide_.is_over());
  return cue;
}

CalibrationOutcome RigCalibration::find_levels() {
  EYELID_EXPECTS(is_waiting_.load());
  const std::lock_guard lock(mutex_);
  closure::TraceSpool trace(folder_);
  for (const closure::ClosureInput& frame : frames_) trace.append(frame);
  const Calibration found = closure::analyze_closure(
                                trace, {}, [](const auto&) {}, [](const auto&) {})
                                .calibration;
  CalibrationOutcome outcome;
  const bool has_levels =
      std::ranges::any_of(kEyes, [&](Eye eye) { return are_usable(found.levels[eye]); });
  const bool are_seen =
      std::ranges::any_of(kEyes, [&](Eye eye) { return is_measured(found, eye); });
  if (!are_seen && ++attempts_ < kAttempts) {
    outcome.is_repeated = true;
    outcome.sentence = has_levels ? "calibration: no full closure was seen; the blinks once more"
                                  : "calibration: no eye was measured; once more";
    guide_.repeat();
    is_waiting_.store(false);
    return outcome;
  }
  is_over_ = true;
  instruction_.clear();
  frames_ = {};
  is_waiting_.store(false);
  if (!has_levels) {
    outcome.sentence = "calibration: no eye was measured, expected a face in view";
    return outcome;
  }
  outcome.sentence = "calibration: " + describe(found);
  if (!are_seen) outcome.sentence += "; no full closure was seen, so that FEC 1 is uncertain";
  outcome.levels = found;
  outcome.levels->date = conditions_.date;
  outcome.levels->subject = conditions_.subject;
  outcome.levels->glasses = conditions_.glasses;
  outcome.levels->camera = conditions_.camera;
  outcome.levels->distance = conditions_.distance;
  outcome.levels->recording = conditions_.recording;
  return outcome;
}

std::string RigCalibration::instruction() const {
  const std::lock_guard lock(mutex_);
  return instruction_;
}

}  // namespace eyelid::live
