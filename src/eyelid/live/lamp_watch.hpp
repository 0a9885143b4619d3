// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "eyelid/camera/camera.hpp"
#include "eyelid/core/image.hpp"
#include "eyelid/core/session.hpp"
#include "eyelid/live/latency_meter.hpp"

namespace eyelid::live {

/// Mean gray level of a region; the part of it that lies in the picture, kNotAvailable without one.
float mean_gray(const FrameView& picture, const camera::Region& region);

/// A lamp that an output switches on and the camera sees: the whole loop, from the exposure of the
/// frame that decided to the exposure of the first one that shows the effect, both by the camera's
/// own clock.
///
/// The lamp shines from a rise of kRise gray levels above its dark level (the average of the dark
/// frames before) until it falls below half of that. Counted are decisions on a dark lamp; one that
/// is not seen within kPatience_s is counted as unseen, and of several before one rise the first
/// counts. Constant memory. Threads: one at a time.
class LampWatch {
 public:
  static constexpr float kRise = 20.0f;
  static constexpr double kPatience_s = 1.0;

  /// An output was written for a decision on this frame, the latest one; `row`: the caller's.
  void decided(std::int64_t number, double time_s, std::size_t row);

  struct Seen {
    std::size_t row = 0;
  };
  /// The next frame: number of the camera, time on the camera's clock, mean gray level of the lamp.
  std::optional<Seen> on_frame(std::int64_t number, double time_s, float gray);

  /// So far.
  LoopSummary summary() const;

 private:
  struct Decision {
    std::int64_t number = 0;
    double time_s = 0.0;
    std::size_t row = 0;
  };
  bool rises(float gray);

  std::optional<float> dark_;
  int dark_frames_ = 0;
  bool is_on_ = false;
  std::deque<Decision> waiting_;
  LatencyMeter latency_;
  std::vector<std::int64_t> frames_;  // decisions by the frames until they were seen
  std::int64_t unseen_ = 0;
};

}  // namespace eyelid::live
