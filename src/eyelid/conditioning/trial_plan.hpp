// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "eyelid/core/trial.hpp"

namespace eyelid::conditioning {

/// A pulse on one of the microcontroller's outputs of a kind.
struct Stimulus {
  int channel = 1;  // 1 .. kMaxChannels
  double duration_s = 0.0;
};
inline constexpr int kMaxChannels = 4;

/// What a trial presents. Both: paired. One: CS alone or US alone. Neither: blank.
struct TrialCondition {
  std::string name;
  std::optional<Stimulus> cs;
  std::optional<Stimulus> us;
  double isi_s = 0.0;  // CS onset to US onset; of a CS alone, where a US would be; 0: nowhere
  int count = 0;       // trials of the session

  TrialType type() const;
  /// First stimulus to the end of the last.
  double duration_s() const;
};

enum class TrialOrder {
  Sequence,  // as the conditions are listed
  Shuffled,  // over the session
  Blocks,    // every block alike, each shuffled
};

/// Which closure is judged. Mean: the mean FEC; the gate then wants each measured eye open and
/// still.
enum class JudgedEye { Mean, Right, Left };

/// What an eye must do for a trial to begin: FEC below `open` and its range at most `stable`, both
/// over the last `stable_s`, in which no frame is lost and no closure missing.
struct TrialGate {
  double open = 0.2;
  double stable_s = 0.2;
  double stable = 0.1;
};

enum class RuleEffect { Output, OmitUs };

/// In trials of `conditions`: once the FEC exceeds the trial's baseline (the mean of the gate's
/// window before the CS) by more than `above_baseline` from `from_s` on and before `to_s`, both
/// after the CS, the effect follows, once per trial.
struct ClosedLoopRule {
  std::string name;
  double above_baseline = 0.1;
  double from_s = 0.0;
  double to_s = 0.0;
  RuleEffect effect = RuleEffect::Output;
  std::vector<std::size_t> conditions;  // rising
};

/// One session of trials as planned, checked: what load_trial_plan() gives.
struct TrialPlan {
  std::uint32_t seed = 1;
  std::vector<TrialCondition> conditions;
  TrialOrder order = TrialOrder::Shuffled;
  int max_repeats = 0;  // trials of one condition in a row; 0: any number
  double iti_min_s = 10.0;
  double iti_max_s = 20.0;
  int blocks = 1;        // of equal length
  double pause_s = 0.0;  // between them, besides the ITI
  double after_s = 1.0;  // that a trial goes on behind its last stimulus; part of the ITI
  JudgedEye eye = JudgedEye::Mean;
  TrialGate gate;
  std::vector<ClosedLoopRule> rules;

  int trial_count() const;
};

/// A trial of the session.
struct PlannedTrial {
  int number = 1;  // from 1
  int block = 1;   // from 1
  std::size_t condition = 0;
  /// From the end of the last stimulus before it (of the first trial: from arming) to its first
  /// stimulus, at least; the pause between blocks included.
  double wait_s = 0.0;
};

/// The trials in their order. The same plan gives the same trials on every machine: numbers are
/// from the Mersenne Twister of the C++ standard, order and ITI from streams of their own, so that
/// a change of one leaves the other.
///
/// Shuffled: each trial is drawn from those that remain, with equal chances, among those after
/// which an order within `max_repeats` is still possible. The limit also holds across blocks.
/// Errors: InputError where no such order exists (of blocks: where kMaxDraws found none).
std::vector<PlannedTrial> planned_trials(const TrialPlan& plan);

inline constexpr int kMaxDraws = 1000;

}  // namespace eyelid::conditioning
