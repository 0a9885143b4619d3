// SPDX-License-Identifier: MIT
#include "eyelid/live/calibration_guide.hpp"

#include <fmt/format.h>

namespace eyelid::live {
namespace {

constexpr double kBeforePuff_s = 1.0;
// A longer step between two frames is a gap, in which nobody knows whether the person rested.
constexpr double kLongestStep_s = 0.2;

}  // namespace

std::string words_of(const CalibrationCue& cue) {
  switch (cue.step) {
    case CalibrationStep::Rest:
      return fmt::format("look at the camera, eyes open and relaxed, for {:.0f} s", cue.seconds);
    case CalibrationStep::Blink:
      return fmt::format("blink {} of {}: close both eyes, hold them shut for half a second, open",
                         cue.number,
                         cue.count);
    case CalibrationStep::PuffSoon:
      return fmt::format(
          "puff {} of {} in {:.0f} s: keep your eyes open", cue.number, cue.count, cue.seconds);
    case CalibrationStep::Puff:
      return fmt::format("puff {} of {}: now", cue.number, cue.count);
    case CalibrationStep::Done:
      break;
  }
  return "done: relax";
}

std::string name_of(const CalibrationCue& cue) {
  switch (cue.step) {
    case CalibrationStep::Rest:
      return "rest";
    case CalibrationStep::Blink:
      return fmt::format("blink {}", cue.number);
    case CalibrationStep::PuffSoon:
      return fmt::format("puff {} soon", cue.number);
    case CalibrationStep::Puff:
      return fmt::format("puff {}", cue.number);
    case CalibrationStep::Done:
      break;
  }
  return "done";
}

CalibrationCue CalibrationGuide::rest() const {
  return {CalibrationStep::Rest, 0, 0, course_.rest_s};
}

CalibrationCue CalibrationGuide::blink(int number) const {
  return {CalibrationStep::Blink, number, course_.blinks, course_.blink_s};
}

CalibrationCue CalibrationGuide::puff(CalibrationStep step, int number) const {
  const double seconds =
      step == CalibrationStep::Puff ? course_.puff_s - kBeforePuff_s : kBeforePuff_s;
  return {step, number, course_.puffs, seconds};
}

CalibrationCue CalibrationGuide::after(const CalibrationCue& cue) const {
  switch (cue.step) {
    case CalibrationStep::Rest:
      if (course_.blinks > 0) return blink(1);
      [[fallthrough]];
    case CalibrationStep::Blink:
      if (cue.step == CalibrationStep::Blink && cue.number < course_.blinks) {
        return blink(cue.number + 1);
      }
      if (course_.puffs > 0) return puff(CalibrationStep::PuffSoon, 1);
      break;
    case CalibrationStep::PuffSoon:
      return puff(CalibrationStep::Puff, cue.number);
    case CalibrationStep::Puff:
      if (cue.number < course_.puffs) return puff(CalibrationStep::PuffSoon, cue.number + 1);
      break;
    case CalibrationStep::Done:
      break;
  }
  return {CalibrationStep::Done, 0, 0, 0.0};
}

std::optional<CalibrationCue> CalibrationGuide::on_frame(double time_s, bool is_measured) {
  const double step_s = time_s - last_s_;
  last_s_ = time_s;
  if (!cue_) return cue_ = rest();
  if (is_over() && !is_repeating_) return std::nullopt;
  if (is_repeating_) {
    is_repeating_ = false;
    cue_ = rest();
    passed_s_ = cue_->seconds;
  } else if (cue_->step != CalibrationStep::Rest) {
    passed_s_ += step_s;
  } else if (is_measured && step_s <= kLongestStep_s) {
    passed_s_ += step_s;
  }
  if (passed_s_ < cue_->seconds) return std::nullopt;
  passed_s_ = 0.0;
  return cue_ = after(*cue_);
}

void CalibrationGuide::repeat() { is_repeating_ = true; }

}  // namespace eyelid::live
