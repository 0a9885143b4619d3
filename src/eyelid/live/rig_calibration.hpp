// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "eyelid/closure/trace.hpp"
#include "eyelid/core/calibration.hpp"
#include "eyelid/live/calibration_guide.hpp"
#include "eyelid/live/scribe.hpp"

namespace eyelid::live {

/// What a calibration at the rig came to.
struct CalibrationOutcome {
  std::optional<Calibration> levels;
  bool is_repeated = false;  // blinks and puffs once more
  std::string sentence;      // for the user
};

/// Guides through a calibration and finds the levels of both eyes from what was measured meanwhile,
/// by the rules of `track` (closure::analyze_closure()).
///
/// Levels that were not seen but estimated are asked for again, up to kAttempts times in all, then
/// taken as they are; without any the calibration has failed.
///
/// Threads: on_frame() from the one that measures; find_levels() from the session's own;
/// instruction() from any.
class RigCalibration {
 public:
  static constexpr int kAttempts = 3;

  /// `folder`: for temporary files. `conditions`: noted with the levels.
  RigCalibration(const CalibrationGuide::Course& course,
                 std::filesystem::path folder,
                 Calibration conditions);

  /// What begins with this frame.
  std::optional<CalibrationCue> on_frame(const MeasuredFrame& frame);
  /// Whether find_levels() is due.
  bool is_waiting() const { return is_waiting_.load(); }
  CalibrationOutcome find_levels();
  /// What the person is asked for now; empty once it is over.
  std::string instruction() const;

 private:
  std::filesystem::path folder_;
  Calibration conditions_;
  int attempts_ = 0;
  std::atomic<bool> is_waiting_ = false;  // frames_ then belong to find_levels()
  mutable std::mutex mutex_;              // guards what follows
  CalibrationGuide guide_;
  std::string instruction_;
  bool is_over_ = false;
  std::vector<closure::ClosureInput> frames_;
};

}  // namespace eyelid::live
