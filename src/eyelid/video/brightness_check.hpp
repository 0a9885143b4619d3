// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "eyelid/core/image.hpp"

namespace eyelid::video {

/// Watches the brightness of a recording for light in which lids cannot be measured. Looks at about
/// 4000 pixels per frame, so its cost does not depend on their size.
///
/// - too dark: 99 % of the pixels below 32 of 255
/// - too bright: 60 % of the pixels at 235 or above
/// - strobed: the mean jumps up and down by over 10 % in at least one of ten frames
class BrightnessCheck {
 public:
  /// Frames in order.
  void add(const FrameView& image);
  /// One sentence per finding, with the frames.
  std::vector<std::string> warnings() const;

 private:
  /// Frames with one property, as runs from first to last.
  struct Runs {
    std::int64_t frames = 0;
    std::int64_t count = 0;
    std::vector<std::pair<std::int64_t, std::int64_t>> first_runs;
    std::int64_t last = -2;

    void add(std::int64_t frame);
    std::string text() const;
  };

  void add_mean(double mean);
  bool is_worth_saying(const Runs& runs) const;
  bool is_strobed() const { return ups_ >= 3 && downs_ >= 3 && 10 * (ups_ + downs_) >= frames_; }

  std::int64_t frames_ = 0;
  Runs dark_;
  Runs bright_;
  double last_mean_ = 0.0;
  std::int64_t ups_ = 0;
  std::int64_t downs_ = 0;
  double sum_above_ = 0.0;  // means after a jump up
  double sum_below_ = 0.0;
  std::int64_t first_jump_ = -1;
  std::int64_t last_jump_ = -1;
};

}  // namespace eyelid::video
