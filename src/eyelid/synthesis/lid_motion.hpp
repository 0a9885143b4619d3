// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "eyelid/core/blink.hpp"
#include "eyelid/core/trial.hpp"

namespace eyelid::synthesis {

enum class LidEventKind {
  Blink,                  // spontaneous
  Startle,                // alpha response: short and small, within 60 ms of the CS
  ConditionedResponse,    // CR, timed to meet the US
  UnconditionedResponse,  // UR, reflex to the air puff
};

/// One closing and opening of the lids as rendered. Seconds, for the right eye; the left one
/// follows `left_delay_s` later.
struct LidEvent {
  LidEventKind kind = LidEventKind::Blink;
  std::optional<int> trial;  // its number, where one caused it
  double onset_s = 0.0;
  double peak_s = 0.0;     // closure is largest
  double release_s = 0.0;  // opening begins
  double offset_s = 0.0;
  double left_delay_s = 0.0;
  float amplitude_right = 1.0f;  // share of the aperture that closes
  float amplitude_left = 1.0f;
};

/// Plan of one conditioning session and the closure of both eyes at any time of it.
///
/// Times are those of human studies: ISI within 200 .. 650 ms; every tenth trial CS alone and
/// another US alone; alpha responses within 60 ms of the CS; CRs of growing probability and
/// amplitude between 60 ms and the US; closing phases of 66 .. 78 ms and slower opening (Kwon et
/// al., J. R. Soc. Interface 10, 2013); 10 to 17 spontaneous blinks a minute. Trials follow each
/// other faster than the 10 s and more of a real session, so that a short film holds a whole one.
class LidMotion {
 public:
  struct Plan {
    std::uint64_t seed = 1;
    double seconds = 12.0;
    int trials = 12;
    double isi_s = 0.4;  // CS onset to US onset
    double blinks_per_minute = 14.0;
  };
  /// Throws InputError where the trials do not fit.
  explicit LidMotion(const Plan& plan);
  /// A given course; events in order of onset.
  LidMotion(std::uint64_t seed, std::vector<Trial> trials, std::vector<LidEvent> events);

  const std::vector<Trial>& trials() const { return trials_; }
  /// In order of onset.
  const std::vector<LidEvent>& events() const { return events_; }
  /// Fraction eyelid closure, 0 .. 1. The open eye wanders between 0 and 0.04.
  float closure(Eye eye, double time_s) const;

 private:
  void place_trials(const Plan& plan);
  void add_responses(const Plan& plan);
  void add_blink(double onset_s, std::uint64_t seed);

  std::uint64_t seed_;
  std::vector<Trial> trials_;
  std::vector<LidEvent> events_;
};

}  // namespace eyelid::synthesis
