// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "eyelid/conditioning/trial_engine.hpp"
#include "eyelid/core/session_event.hpp"
#include "eyelid/live/calibration_guide.hpp"
#include "eyelid/live/lamp_watch.hpp"
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
  /// A step of a calibration, behind on_frame() of its frame: outputs that only tell get "blink" or
  /// "puff"; a microcontroller presents the first US of the plan as a puff.
  void present(const CalibrationCue& cue);
  /// Carried out with the next frame.
  void request(OperatorRequest request);
  /// The effect of each output is looked for in MeasuredFrame::lamp_gray. Before the first frame.
  void watch_lamp() { lamp_.emplace(); }
  /// While it is held, no trial is armed, by itself or by request. From any thread.
  void hold(bool is_held) { is_held_.store(is_held); }
  bool is_held() const { return is_held_.load(); }
  ExperimentState state() const;
  bool has_plan() const { return engine_.has_value(); }
  /// The plan has a US, which puffs of a calibration can be.
  bool has_us() const { return puff(1).has_value(); }

  /// Ends a running trial: outputs off. Call once, after the last frame.
  void finish();

  const std::vector<SessionEvent>& events() const { return events_; }
  std::vector<Trial> trials() const { return engine_ ? engine_->trials() : std::vector<Trial>{}; }
  /// Nothing without a lamp.
  std::optional<LoopSummary> loop() const {
    return lamp_ ? std::optional(lamp_->summary()) : std::nullopt;
  }
  /// Arrival of the deciding frame to the last byte of the output written.
  const LatencyMeter& output_latency() const { return output_latency_; }

 private:
  void obey(const OperatorRequest& request);
  void carry_out(conditioning::TrialEngine::Actions actions);
  void carry_out(const conditioning::TrialAction& action);
  signals::TrialParameters parameters_of(const conditioning::TrialAction& action) const;
  std::optional<signals::TrialParameters> puff(int number) const;
  void look_at_lamp(const MeasuredFrame& frame);
  void send_closure(const MeasuredFrame& frame);
  void listen();
  void note_answer(const signals::Answer& answer);
  double session_s(std::int64_t ns) const;
  bool are_outputs_ready() const;
  void publish();

  std::optional<conditioning::TrialEngine> engine_;
  std::vector<std::unique_ptr<signals::Signal>> outputs_;
  bool arms_itself_;
  std::atomic<bool> is_held_ = false;
  Notice on_notice_;
  std::vector<SessionEvent> events_;
  std::map<int, std::size_t> rows_of_starts_;  // in events_
  std::vector<signals::Answer> answers_;
  LatencyMeter output_latency_;
  std::optional<LampWatch> lamp_;
  std::int64_t latest_number_ = 0;  // of the camera
  std::int64_t latest_frame_ = 0;
  double latest_time_s_ = 0.0;
  std::int64_t latest_arrival_ns_ = 0;

  mutable std::mutex mutex_;  // guards what follows
  std::vector<OperatorRequest> requests_;
  ExperimentState state_;
};

/// A few words: "no trial starts", "waiting 12 s", "due", "trial", "over".
std::string words_of(const ExperimentState& state);

}  // namespace eyelid::live
