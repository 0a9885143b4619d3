// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

namespace eyelid::live {

/// What the person before the camera is asked for. PuffSoon: a puff follows in a second.
enum class CalibrationStep { Rest, Blink, PuffSoon, Puff, Done };

/// A step that begins with a frame.
struct CalibrationCue {
  CalibrationStep step = CalibrationStep::Rest;
  int number = 0;  // from 1, of blinks and puffs
  int count = 0;
  double seconds = 0.0;  // it lasts
};

/// For the person or who guides: "look at the camera, eyes open and relaxed, for 5 s".
std::string words_of(const CalibrationCue& cue);
/// For events.csv: "rest", "blink 2", "puff 1".
std::string name_of(const CalibrationCue& cue);

/// The course of a calibration: rest, then blinks on request, in which the lids are held shut for
/// a moment (closure/closed_level.hpp: that shows that they met), then puffs.
///
/// Pure: no clock, no output. Rest counts only while an eye is measured, so that it begins when the
/// person sits; the rest goes by the time of frames. Threads: one at a time.
class CalibrationGuide {
 public:
  struct Course {
    double rest_s = 5.0;
    int blinks = 5;
    double blink_s = 2.5;
    int puffs = 0;
    double puff_s = 4.0;
  };
  explicit CalibrationGuide(const Course& course) : course_(course) {}

  /// What begins with this frame.
  std::optional<CalibrationCue> on_frame(double time_s, bool is_measured);
  bool is_over() const { return cue_ && cue_->step == CalibrationStep::Done; }
  /// Blinks and puffs again, from the next frame on.
  void repeat();

 private:
  CalibrationCue rest() const;
  CalibrationCue blink(int number) const;
  CalibrationCue puff(CalibrationStep step, int number) const;
  CalibrationCue after(const CalibrationCue& cue) const;

  Course course_;
  std::optional<CalibrationCue> cue_;
  bool is_repeating_ = false;
  double passed_s_ = 0.0;  // of the cue
  double last_s_ = 0.0;
};

}  // namespace eyelid::live
