// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "eyelid/conditioning/trial_plan.hpp"
#include "eyelid/core/per_eye.hpp"

namespace eyelid::conditioning {

/// One frame of a running session, in frame order.
struct EngineFrame {
  std::int64_t frame = 0;
  double time_s = 0.0;              // rising
  PerEye<float> fec = kNeitherEye;  // kNotAvailable where an eye was not measured
  float mean_fec = kNotAvailable;   // of the eyes that have one
  bool is_lost = false;             // never measured; no FEC
};

/// Why a trial that is due does not begin.
enum class GateRefusal { FrameLost, FaceLost, EyeCameOrWent, Closed, Moving };
inline constexpr std::size_t kGateRefusals = 5;

/// "a frame was lost", ...
std::string_view words_of(GateRefusal refusal);

/// The FEC of a frame that the plan judges; kNotAvailable where it has none.
float judged_fec(const EngineFrame& frame, JudgedEye eye);

/// Whether the eye has been open and still, in a row of frames without a gap.
///
/// A lost frame, a number that does not follow the one before, a missing closure, and, with
/// JudgedEye::Mean, an eye that comes or goes begin the row anew.
class OpenAndStill {
 public:
  OpenAndStill(const TrialGate& gate, JudgedEye eye) : gate_(gate), eye_(eye) {}

  void add(const EngineFrame& frame);
  /// What speaks against a trial now. kTooShort: nothing but that the first frames are yet to come.
  enum class State { Open, TooShort, Refused };
  State state(GateRefusal& refusal) const;
  /// Mean judged FEC of the row's last `stable_s`; of at least one frame.
  float mean() const;

 private:
  struct Sample {
    double time_s = 0.0;
    PerEye<float> eyes = kNeitherEye;
    float judged = kNotAvailable;
  };
  const Sample& sample(std::size_t index) const { return ring_[(first_ + index) % ring_.size()]; }
  void begin_anew(GateRefusal cause);
  void append(const Sample& sample);

  TrialGate gate_;
  JudgedEye eye_;
  std::vector<Sample> ring_;  // grows to what `stable_s` takes, then allocates no more
  std::size_t first_ = 0;
  std::size_t size_ = 0;
  double row_from_s_ = 0.0;  // time of the row's first frame
  std::optional<std::int64_t> last_frame_;
  std::optional<GateRefusal> cause_;  // why the row began anew; nothing for the first
};

}  // namespace eyelid::conditioning
