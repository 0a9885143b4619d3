// SPDX-License-Identifier: MIT
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "eyelid/conditioning/trial_engine_gate.hpp"
#include "eyelid/conditioning/trial_plan.hpp"
#include "eyelid/core/session_event.hpp"
#include "eyelid/core/trial.hpp"

namespace eyelid::conditioning {

enum class TrialActionKind {
  Armed,
  Disarmed,
  Stopped,
  Marked,
  Prepare,      // tell the microcontroller what the next trial is
  Start,        // go
  Output,       // a rule: give the output
  OmitUs,       // a rule: no US in this trial
  GateRefused,  // a trial is due; at most once per refusal and ITI
  Over,         // the trial is over; its stimuli are acknowledged, or no one acknowledges
  Unconfirmed,  // the trial is over, but a stimulus was never acknowledged
  Abort,        // end the running trial: every output off
  BlockOver,
  PlanOver,
};

/// What to do, or to note, and the frame that decided it.
struct TrialAction {
  TrialActionKind kind = TrialActionKind::Armed;
  std::optional<std::int64_t> frame;  // the latest; nothing before the first
  double time_s = 0.0;                // of that frame
  /// The trial it belongs to, or the next one; 0: none.
  int trial = 0;
  std::size_t condition = 0;  // of the plan, of that trial
  /// Of Prepare, Start, Output, OmitUs, Abort: which start, from 1. An aborted trial is started
  /// again under another number; acknowledgements name it.
  int start = 0;
  std::size_t rule = 0;                          // of Output, OmitUs
  GateRefusal refusal = GateRefusal::FrameLost;  // of GateRefused
  float fec = kNotAvailable;                     // judged, of that frame
};

enum class OperatorCommand { Arm, Disarm, Mark, Stop };

enum class EngineState {
  Disarmed,
  Waiting,  // for the ITI or a pause to pass
  Due,      // until the eye is open and still
  Trial,
  Over,  // stopped, or every trial was done
};

/// Decides when trials of a plan begin, and what its rules do, from the closure of a running
/// session.
///
/// Pure: no clock and no input or output; the same frames, commands and acknowledgements give the
/// same actions. Times are seconds of one clock, that of the frames. A trial starts at the first
/// frame at which it is due (PlannedTrial::wait_s) and the gate of the plan is open. It runs until
/// `after_s` behind its last stimulus; keep the levels of closure fixed while is_trial_running().
/// Disarm ends it (Abort), and the next Arm begins its ITI anew.
///
/// Threads: one at a time. The actions of a call are valid until the next one. Errors: none.
class TrialEngine {
 public:
  using Actions = std::span<const TrialAction>;
  enum class Stimuli { AreAcknowledged, AreAssumed };

  /// AreAcknowledged: a trial counts only if cs_seen() and us_seen() or us_omitted() told so.
  /// AreAssumed: what is not acknowledged took place at the frame that decided it, and ISI later.
  /// Errors: as planned_trials().
  TrialEngine(TrialPlan plan, Stimuli stimuli);

  Actions on_frame(const EngineFrame& frame);
  Actions on_command(OperatorCommand command);

  /// Acknowledgements of start number `start`: onset, in seconds of the frames' clock. An unknown
  /// number is ignored.
  void cs_seen(int start, double time_s);
  void us_seen(int start, double time_s);
  void us_omitted(int start);

  EngineState state() const { return state_; }
  bool is_trial_running() const { return state_ == EngineState::Trial; }
  /// Until the next trial is due; 0 in other states than Waiting.
  double remaining_wait_s() const;
  const TrialPlan& plan() const { return plan_; }
  const std::vector<PlannedTrial>& planned() const { return planned_; }
  /// Planned trials that are over.
  int done() const { return static_cast<int>(next_); }

  /// Rows of trials.csv: what took place, in order. A trial whose US was omitted is `cs_only`.
  /// Conditions: `condition`; `block` where there are several; `rule`, the rules that fired or
  /// "none", where the plan has rules. Aborted and unconfirmed trials are left out.
  std::vector<Trial> trials() const;

 private:
  struct Start {
    std::size_t planned = 0;
    double decided_s = 0.0;
    float baseline = kNotAvailable;
    std::optional<double> cs_s;
    std::optional<double> us_s;
    bool is_us_omitted = false;
    bool is_over = false;
    std::vector<bool> has_fired;  // per rule
  };
  const TrialCondition& condition_of(const Start& start) const;
  double onset_s(const Start& start) const;
  bool is_confirmed(const Start& start) const;
  TrialAction& act(TrialActionKind kind);
  void prepare();
  void wait_from(double time_s);
  void look_at_gate();
  void begin_trial();
  void follow_rules();
  void end_trial();
  Start* find(int start);

  TrialPlan plan_;
  Stimuli stimuli_;
  std::vector<PlannedTrial> planned_;
  OpenAndStill gate_;
  EngineState state_ = EngineState::Disarmed;
  std::size_t next_ = 0;  // of planned_
  std::vector<Start> starts_;
  std::optional<double> wait_from_s_;  // nothing: from the next frame
  std::bitset<kGateRefusals> told_;    // in this ITI
  std::optional<EngineFrame> latest_;
  std::vector<TrialAction> actions_;
};

/// The action as a row of events.csv: nothing is written or acknowledged yet.
SessionEvent event_of(const TrialAction& action, const TrialPlan& plan);

}  // namespace eyelid::conditioning
