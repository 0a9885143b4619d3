// SPDX-License-Identifier: MIT
#include "eyelid/live/experiment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "eyelid/tables/timestamps_csv.hpp"

namespace eyelid::live {
namespace {

using conditioning::TrialAction;
using conditioning::TrialActionKind;
using conditioning::TrialEngine;

// Starts of a calibration's puffs, far from those of trials.
constexpr int kFirstPuff = 900'000'000;

signals::StimulusPulse pulse_of(const std::optional<conditioning::Stimulus>& stimulus) {
  if (!stimulus) return {};
  return {stimulus->channel, static_cast<std::uint32_t>(std::lround(stimulus->duration_s * 1e6))};
}

TrialEngine::Stimuli stimuli_by(const std::vector<std::unique_ptr<signals::Signal>>& outputs) {
  const bool answers =
      std::ranges::any_of(outputs, [](const auto& output) { return output->answers(); });
  return answers ? TrialEngine::Stimuli::AreAcknowledged : TrialEngine::Stimuli::AreAssumed;
}

}  // namespace

std::string words_of(const ExperimentState& state) {
  switch (state.engine) {
    case conditioning::EngineState::Disarmed:
      return "no trial starts";
    case conditioning::EngineState::Waiting:
      return fmt::format("waiting {:.0f} s", std::ceil(state.remaining_wait_s));
    case conditioning::EngineState::Due:
      return "due";
    case conditioning::EngineState::Trial:
      return "trial";
    case conditioning::EngineState::Over:
      return "over";
  }
  return {};
}

Experiment::Experiment(std::optional<conditioning::TrialPlan> plan,
                       std::vector<std::unique_ptr<signals::Signal>> outputs,
                       bool arms_itself,
                       Notice on_notice)
    : outputs_(std::move(outputs)), arms_itself_(arms_itself), on_notice_(std::move(on_notice)) {
  if (plan) engine_.emplace(std::move(*plan), stimuli_by(outputs_));
  publish();
}

double Experiment::session_s(std::int64_t ns) const {
  return latest_time_s_ + static_cast<double>(ns - latest_arrival_ns_) * 1e-9;
}

void Experiment::on_frame(const MeasuredFrame& frame) {
  latest_number_ = frame.number;
  latest_frame_ = frame.measurement.frame;
  latest_time_s_ = tables::seconds_of(frame.time_ns);
  latest_arrival_ns_ = frame.arrival_ns;
  look_at_lamp(frame);
  std::vector<OperatorRequest> requests;
  {
    const std::lock_guard lock(mutex_);
    requests.swap(requests_);
  }
  for (const OperatorRequest& request : requests) obey(request);
  listen();
  if (engine_) {
    if (arms_itself_ && !is_held() && engine_->state() == conditioning::EngineState::Disarmed &&
        are_outputs_ready()) {
      obey({conditioning::OperatorCommand::Arm, ""});
    }
    carry_out(engine_->on_frame({frame.measurement.frame,
                                 latest_time_s_,
                                 frame.fec.eyes,
                                 frame.fec.mean,
                                 frame.is_overrun}));
  } else {
    send_closure(frame);
  }
  publish();
}

void Experiment::look_at_lamp(const MeasuredFrame& frame) {
  if (!lamp_) return;
  const auto seen = lamp_->on_frame(frame.number, latest_time_s_, frame.lamp_gray);
  if (!seen) return;
  events_[seen->row].seen_frame = latest_frame_;
  events_[seen->row].seen_s = latest_time_s_;
}

bool Experiment::are_outputs_ready() const {
  return std::ranges::all_of(outputs_, [](const auto& output) { return output->is_ready(); });
}

void Experiment::send_closure(const MeasuredFrame& frame) {
  if (!std::isfinite(frame.fec.mean)) return;
  for (const auto& output : outputs_) {
    if (output->answers()) continue;
    const auto written =
        output->send({"fec", latest_time_s_, 0, static_cast<double>(frame.fec.mean)});
    if (written) output_latency_.add(*written - frame.arrival_ns);
  }
}

void Experiment::obey(const OperatorRequest& request) {
  if (engine_) {
    const std::size_t first = events_.size();
    carry_out(engine_->on_command(request.command));
    if (request.command == conditioning::OperatorCommand::Mark && events_.size() > first) {
      events_.back().detail = request.note;
    }
    return;
  }
  if (request.command != conditioning::OperatorCommand::Mark) return;
  SessionEvent mark;
  mark.event = "mark";
  mark.decided_s = latest_time_s_;
  mark.detail = request.note;
  events_.push_back(std::move(mark));
}

void Experiment::request(OperatorRequest request) {
  const std::lock_guard lock(mutex_);
  requests_.push_back(std::move(request));
}

void Experiment::carry_out(TrialEngine::Actions actions) {
  // A command within the engine would end the view of these.
  const std::vector<TrialAction> copies(actions.begin(), actions.end());
  for (const TrialAction& action : copies) carry_out(action);
}

signals::TrialParameters Experiment::parameters_of(const TrialAction& action) const {
  const conditioning::TrialCondition& condition = engine_->plan().conditions.at(action.condition);
  signals::TrialParameters trial;
  trial.start = action.start;
  trial.trial = action.trial;
  trial.cs = pulse_of(condition.cs);
  trial.us = pulse_of(condition.us);
  if (condition.cs && condition.us) {
    trial.isi_us = static_cast<std::uint32_t>(std::lround(condition.isi_s * 1e6));
  }
  return trial;
}

void Experiment::carry_out(const TrialAction& action) {
  SessionEvent event = conditioning::event_of(action, engine_->plan());
  std::optional<std::int64_t> written;
  for (const auto& output : outputs_) {
    std::optional<std::int64_t> now;
    switch (action.kind) {
      case TrialActionKind::Prepare:
        output->prepare(parameters_of(action));
        break;
      case TrialActionKind::Start:
        now = output->start(parameters_of(action), action.time_s);
        break;
      case TrialActionKind::OmitUs:
        now = output->omit_us(parameters_of(action), action.time_s);
        break;
      case TrialActionKind::Abort:
        now = output->abort(parameters_of(action), action.time_s);
        break;
      case TrialActionKind::Output:
        now =
            output->send({"output", action.time_s, action.trial, static_cast<double>(action.fec)});
        break;
      case TrialActionKind::Marked:
        now = output->send({"mark", action.time_s, action.trial, static_cast<double>(action.fec)});
        break;
      default:
        break;
    }
    if (now) written = std::max(written.value_or(*now), *now);
  }
  if (written) {
    event.written_s = session_s(*written);
    output_latency_.add(*written - latest_arrival_ns_);
    if (lamp_) lamp_->decided(latest_number_, latest_time_s_, events_.size());
  }
  if (action.kind == TrialActionKind::Start) rows_of_starts_[action.start] = events_.size();
  events_.push_back(std::move(event));
}

std::optional<signals::TrialParameters> Experiment::puff(int number) const {
  if (!engine_) return std::nullopt;
  for (const conditioning::TrialCondition& condition : engine_->plan().conditions) {
    if (!condition.us) continue;
    signals::TrialParameters trial;
    trial.start = kFirstPuff + number;
    trial.us = pulse_of(condition.us);
    return trial;
  }
  return std::nullopt;
}

void Experiment::present(const CalibrationCue& cue) {
  SessionEvent event;
  event.event = "calibration";
  event.frame = latest_frame_;
  event.decided_s = latest_time_s_;
  event.detail = name_of(cue);
  const std::optional<signals::TrialParameters> trial = puff(cue.number);
  for (const auto& output : outputs_) {
    std::optional<std::int64_t> now;
    if (!output->answers()) {
      if (cue.step == CalibrationStep::Blink) now = output->send({"blink", latest_time_s_});
      if (cue.step == CalibrationStep::Puff) now = output->send({"puff", latest_time_s_});
    } else if (trial && cue.step == CalibrationStep::PuffSoon) {
      output->prepare(*trial);
    } else if (trial && cue.step == CalibrationStep::Puff) {
      now = output->start(*trial, latest_time_s_);
      rows_of_starts_[trial->start] = events_.size();
    }
    if (now) event.written_s = session_s(*now);
  }
  events_.push_back(std::move(event));
}

void Experiment::listen() {
  answers_.clear();
  for (const auto& output : outputs_) {
    output->poll(answers_);
    if (const auto message = output->take_message()) on_notice_(*message);
  }
  for (const signals::Answer& answer : answers_) note_answer(answer);
}

void Experiment::note_answer(const signals::Answer& answer) {
  const double time_s = session_s(answer.time_ns);
  switch (answer.kind) {
    case signals::AnswerKind::CsOn:
      if (engine_) engine_->cs_seen(answer.start, time_s);
      break;
    case signals::AnswerKind::UsOn:
      if (engine_) engine_->us_seen(answer.start, time_s);
      break;
    case signals::AnswerKind::UsOmitted:
      if (engine_) engine_->us_omitted(answer.start);
      break;
    case signals::AnswerKind::Gone:
    case signals::AnswerKind::Aborted:
      if (engine_) obey({conditioning::OperatorCommand::Disarm, ""});
      break;
    case signals::AnswerKind::Refused:
      on_notice_("the microcontroller refused: " + answer.text);
      break;
    default:
      break;
  }
  const bool is_onset =
      answer.kind == signals::AnswerKind::CsOn || answer.kind == signals::AnswerKind::UsOn;
  const auto found = rows_of_starts_.find(answer.start);
  if (!is_onset || found == rows_of_starts_.end()) return;
  SessionEvent& row = events_[found->second];
  if (!row.acknowledged_s || time_s < *row.acknowledged_s) row.acknowledged_s = time_s;
}

void Experiment::finish() {
  if (!engine_) return;
  carry_out(engine_->on_command(conditioning::OperatorCommand::Stop));
  publish();
}

ExperimentState Experiment::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

void Experiment::publish() {
  if (!engine_) return;
  const std::lock_guard lock(mutex_);
  state_ = {engine_->state(),
            engine_->done(),
            static_cast<int>(engine_->planned().size()),
            engine_->remaining_wait_s()};
}

}  // namespace eyelid::live
