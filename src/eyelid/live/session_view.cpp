// SPDX-License-Identifier: MIT
#include "eyelid/live/session_view.hpp"

#include <algorithm>

#include "eyelid/tables/timestamps_csv.hpp"

namespace eyelid::live {

void SessionView::add(const MeasuredFrame& frame) {
  const double time_s = tables::seconds_of(frame.time_ns);
  if (is_loss_new_.exchange(false)) dashboard_.add({.time_s = time_s, .is_lost = true});
  dashboard_.add({time_s, frame.fec.eyes, frame.fec.mean, false});
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (lock) eyes_ = frame.measurement.eyes;
}

void SessionView::add_arrival(const CapturedFramePtr& frame) {
  const std::lock_guard lock(mutex_);
  newest_ = frame;
}

void SessionView::show(double seconds,
                       const LiveSummary& counts,
                       const std::string& recording,
                       const std::string& instruction,
                       const Experiment& experiment) {
  dashboard::State state;
  state.seconds = seconds;
  state.frames = counts.frames;
  state.lost = counts.lost;
  state.incomplete = counts.incomplete;
  state.overrun = counts.overrun;
  state.frames_per_second = counts.measured_frames_per_second;
  state.p50_ms = counts.latency.p50_ms;
  state.p99_ms = counts.latency.p99_ms;
  state.max_ms = counts.latency.max_ms;
  state.recording = recording;
  state.instruction = instruction;
  if (experiment.has_plan()) {
    const ExperimentState trials = experiment.state();
    state.trial_state = words_of(trials);
    state.trial = std::min(trials.done + 1, trials.planned);
    state.trials = trials.planned;
    state.is_armed = trials.engine != conditioning::EngineState::Disarmed &&
                     trials.engine != conditioning::EngineState::Over;
  }
  dashboard_.set_state(state);
  CapturedFramePtr frame;
  std::optional<EyeLandmarks> eyes;
  {
    const std::lock_guard lock(mutex_);
    frame = newest_;
    eyes = eyes_;
  }
  if (frame) dashboard_.show(frame->image, eyes, tables::seconds_of(frame->time_ns));
}

void SessionView::finish(const std::string& sentence) {
  dashboard_.finish(sentence);
  const std::lock_guard lock(mutex_);
  newest_.reset();
}

}  // namespace eyelid::live
