// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "eyelid/conditioning/trial_engine.hpp"
#include "eyelid/core/session_event.hpp"
#include "eyelid/live/latency_meter.hpp"
#include "eyelid/live/scribe.hpp"
#include "eyelid/signals/signal.hpp"

namespace eyelid::live {

/// What the operator of a session asks for.
struct OperatorRequest {
  conditioning::OperatorCommand command = conditioning::OperatorCommand::Mark;
  std::string note;  // of a mark
};

/// The state of an experiment, for displays.
struct ExperimentState {
  conditioning::EngineState engine = conditioning::EngineState::Disarmed;
  int done = 0;
  int planned = 0;
  double remaining_wait_s = 0.0;
};

/// Runs the trials of a plan and drives the outputs of a session, from each frame's closure.
///
/// The engine decides (conditioning/trial_engine), signals are sent at once, from the thread that
/// measures, and everything that was done is an event with the frame that decided it, when it was
/// written and when it took place. Host times are brought to the clock of the frames by the latest
/// frame: its arrival counts as its time.
/// A microcontroller that is gone or has aborted disarms. `arms_itself`: armed whenever every
/// output is ready, also after that; otherwise by request only. Without a plan, outputs that only
/// tell get "fec" for every frame that has a closure.
///
/// Threads: on_frame() from one; request() and state() from any; the rest after the last frame.
class Experiment {
 public:
  using Notice = std::function<void(const std::string&)>;
  Experiment(std::optional<conditioning::TrialPlan> plan,
             std::vector<std::unique_ptr<signals::Signal>> outputs,
             bool arms_itself,
             Notice on_notice);

  void on_frame(const MeasuredFrame& frame);
  /// Carried out with the next frame.
  void request(OperatorRequest request);
  ExperimentState state() const;
  bool has_plan() const { return engine_.has_value(); }

  /// Ends a running trial: outputs off. Call once, after the last frame.
  void finish();

  const std::vector<SessionEvent>& events() const { return events_; }
  std::vector<Trial> trials() const { return engine_ ? engine_->trials() : std::vector<Trial>{}; }
  /// Arrival of the deciding frame to the last byte of the output written.
  const LatencyMeter& output_latency() const { return output_latency_; }

 private:
  void obey(const OperatorRequest& request);
  void carry_out(conditioning::TrialEngine::Actions actions);
  void carry_out(const conditioning::TrialAction& action);
  signals::TrialParameters parameters_of(const conditioning::TrialAction& action) const;
  void send_closure(const MeasuredFrame& frame);
  void listen();
  void note_answer(const signals::Answer& answer);
  double session_s(std::int64_t ns) const;
  bool are_outputs_ready() const;
  void publish();

  std::optional<conditioning::TrialEngine> engine_;
  std::vector<std::unique_ptr<signals::Signal>> outputs_;
  bool arms_itself_;
  Notice on_notice_;
  std::vector<SessionEvent> events_;
  /// Of each start, its row in events_.
  std::vector<std::size_t> rows_of_starts_;
  std::vector<signals::Answer> answers_;
  LatencyMeter output_latency_;
  double latest_time_s_ = 0.0;
  std::int64_t latest_arrival_ns_ = 0;

  mutable std::mutex mutex_;  // guards what follows
  std::vector<OperatorRequest> requests_;
  ExperimentState state_;
};

/// A few words: "no trial starts", "waiting 12 s", "due", "trial", "over".
std::string words_of(const ExperimentState& state);

}  // namespace eyelid::live
