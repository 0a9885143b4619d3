// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/trial_engine.hpp"

#include <algorithm>
#include <utility>

namespace eyelid::conditioning {

TrialEngine::TrialEngine(TrialPlan plan, Stimuli stimuli)
    : plan_(std::move(plan)),
      stimuli_(stimuli),
      planned_(planned_trials(plan_)),
      gate_(plan_.gate, plan_.eye) {
  starts_.reserve(planned_.size());
}

const TrialCondition& TrialEngine::condition_of(const Start& start) const {
  return plan_.conditions[planned_[start.planned].condition];
}

/// Of its first stimulus, as well as it is known.
double TrialEngine::onset_s(const Start& start) const {
  const bool has_cs = condition_of(start).cs.has_value();
  return (has_cs ? start.cs_s : start.us_s).value_or(start.decided_s);
}

bool TrialEngine::is_confirmed(const Start& start) const {
  if (stimuli_ == Stimuli::AreAssumed) return true;
  const TrialCondition& condition = condition_of(start);
  const bool has_cs = !condition.cs || start.cs_s;
  return has_cs && (!condition.us || start.us_s || start.is_us_omitted);
}

TrialAction& TrialEngine::act(TrialActionKind kind) {
  TrialAction action;
  action.kind = kind;
  if (latest_) {
    action.frame = latest_->frame;
    action.time_s = latest_->time_s;
    action.fec = judged_fec(*latest_, plan_.eye);
  }
  if (next_ < planned_.size()) {
    action.trial = planned_[next_].number;
    action.condition = planned_[next_].condition;
  }
  return actions_.emplace_back(action);
}

void TrialEngine::prepare() {
  act(TrialActionKind::Prepare).start = static_cast<int>(starts_.size()) + 1;
}

void TrialEngine::wait_from(double time_s) {
  state_ = EngineState::Waiting;
  wait_from_s_ = time_s;
  told_.reset();
}

TrialEngine::Actions TrialEngine::on_command(OperatorCommand command) {
  actions_.clear();
  if (command == OperatorCommand::Mark) act(TrialActionKind::Marked);
  if (state_ == EngineState::Over) return actions_;
  const bool is_armed = state_ != EngineState::Disarmed;
  if (command == OperatorCommand::Arm && !is_armed) {
    act(TrialActionKind::Armed);
    prepare();
    state_ = EngineState::Waiting;
    wait_from_s_.reset();
    told_.reset();
  }
  if (command == OperatorCommand::Disarm || command == OperatorCommand::Stop) {
    if (is_trial_running()) act(TrialActionKind::Abort).start = static_cast<int>(starts_.size());
    if (command == OperatorCommand::Stop) act(TrialActionKind::Stopped);
    if (command == OperatorCommand::Disarm && is_armed) act(TrialActionKind::Disarmed);
    state_ = command == OperatorCommand::Stop ? EngineState::Over : EngineState::Disarmed;
  }
  return actions_;
}

TrialEngine::Actions TrialEngine::on_frame(const EngineFrame& frame) {
  actions_.clear();
  latest_ = frame;
  gate_.add(frame);
  if (is_trial_running()) {
    follow_rules();
    const Start& start = starts_.back();
    const double end_s = onset_s(start) + condition_of(start).duration_s() + plan_.after_s;
    if (frame.time_s >= end_s) end_trial();
  }
  if (state_ == EngineState::Waiting) {
    if (!wait_from_s_) wait_from_s_ = frame.time_s;
    if (remaining_wait_s() <= 0.0) state_ = EngineState::Due;
  }
  if (state_ == EngineState::Due) look_at_gate();
  return actions_;
}

double TrialEngine::remaining_wait_s() const {
  if (state_ != EngineState::Waiting) return 0.0;
  const double wait_s = planned_[next_].wait_s;
  if (!wait_from_s_ || !latest_) return wait_s;
  return std::max(0.0, *wait_from_s_ + wait_s - latest_->time_s);
}

void TrialEngine::look_at_gate() {
  GateRefusal refusal{};
  switch (gate_.state(refusal)) {
    case OpenAndStill::State::Open:
      return begin_trial();
    case OpenAndStill::State::TooShort:
      return;
    case OpenAndStill::State::Refused:
      break;
  }
  const auto index = static_cast<std::size_t>(refusal);
  if (told_[index]) return;
  told_.set(index);
  act(TrialActionKind::GateRefused).refusal = refusal;
}

void TrialEngine::begin_trial() {
  Start start;
  start.planned = next_;
  start.decided_s = latest_->time_s;
  start.baseline = gate_.mean();
  start.has_fired.resize(plan_.rules.size());
  starts_.push_back(std::move(start));
  state_ = EngineState::Trial;
  act(TrialActionKind::Start).start = static_cast<int>(starts_.size());
}

void TrialEngine::follow_rules() {
  Start& start = starts_.back();
  const float fec = judged_fec(*latest_, plan_.eye);
  if (!is_finite(fec) || plan_.rules.empty() || !condition_of(start).cs) return;
  const std::size_t condition = planned_[start.planned].condition;
  const double after_cs_s = latest_->time_s - onset_s(start);
  for (std::size_t i = 0; i < plan_.rules.size(); ++i) {
    const ClosedLoopRule& rule = plan_.rules[i];
    const bool is_time = after_cs_s >= rule.from_s && after_cs_s < rule.to_s;
    const bool is_closing =
        static_cast<double>(fec) - static_cast<double>(start.baseline) > rule.above_baseline;
    if (start.has_fired[i] || !is_time || !is_closing ||
        !std::binary_search(rule.conditions.begin(), rule.conditions.end(), condition)) {
      continue;
    }
    start.has_fired[i] = true;
    const bool omits = rule.effect == RuleEffect::OmitUs;
    // Who acknowledges tells whether the US could still be omitted.
    if (omits && stimuli_ == Stimuli::AreAssumed) start.is_us_omitted = true;
    TrialAction& action = act(omits ? TrialActionKind::OmitUs : TrialActionKind::Output);
    action.start = static_cast<int>(starts_.size());
    action.rule = i;
  }
}

void TrialEngine::end_trial() {
  Start& start = starts_.back();
  start.is_over = true;
  act(is_confirmed(start) ? TrialActionKind::Over : TrialActionKind::Unconfirmed).start =
      static_cast<int>(starts_.size());
  const bool is_last = next_ + 1 == planned_.size();
  if (is_last || planned_[next_ + 1].block != planned_[next_].block) {
    act(TrialActionKind::BlockOver);
  }
  ++next_;
  if (is_last) {
    state_ = EngineState::Over;
    act(TrialActionKind::PlanOver);
    return;
  }
  wait_from(onset_s(start) + condition_of(start).duration_s());
  prepare();
}

TrialEngine::Start* TrialEngine::find(int start) {
  if (start < 1 || static_cast<std::size_t>(start) > starts_.size()) return nullptr;
  return &starts_[static_cast<std::size_t>(start) - 1];
}

void TrialEngine::cs_seen(int start, double time_s) {
  if (Start* found = find(start)) found->cs_s = time_s;
}

void TrialEngine::us_seen(int start, double time_s) {
  if (Start* found = find(start)) found->us_s = time_s;
}

void TrialEngine::us_omitted(int start) {
  if (Start* found = find(start)) found->is_us_omitted = true;
}

std::vector<Trial> TrialEngine::trials() const {
  std::vector<Trial> rows;
  for (const Start& start : starts_) {
    if (!start.is_over || !is_confirmed(start)) continue;
    const PlannedTrial& planned = planned_[start.planned];
    const TrialCondition& condition = condition_of(start);
    TrialCondition seen = condition;
    // A US that came all the same counts more than the wish to omit it.
    if (start.is_us_omitted && !start.us_s) seen.us.reset();
    Trial trial;
    trial.number = planned.number;
    trial.type = seen.type();
    if (seen.cs) trial.cs_onset_s = onset_s(start);
    if (seen.us) {
      trial.us_onset_s = start.us_s.value_or(onset_s(start) + (seen.cs ? seen.isi_s : 0.0));
    }
    trial.conditions.emplace_back("condition", condition.name);
    if (plan_.blocks > 1) trial.conditions.emplace_back("block", std::to_string(planned.block));
    if (!plan_.rules.empty()) {
      std::string fired;
      for (std::size_t i = 0; i < plan_.rules.size(); ++i) {
        if (start.has_fired[i]) fired += (fired.empty() ? "" : "+") + plan_.rules[i].name;
      }
      trial.conditions.emplace_back("rule", fired.empty() ? "none" : fired);
    }
    rows.push_back(std::move(trial));
  }
  return rows;
}

SessionEvent event_of(const TrialAction& action, const TrialPlan& plan) {
  SessionEvent event;
  event.frame = action.frame;
  if (action.frame) event.decided_s = action.time_s;
  if (action.trial > 0) event.trial = action.trial;
  const std::string condition = action.trial > 0 ? plan.conditions[action.condition].name : "";
  switch (action.kind) {
    case TrialActionKind::Armed:
      event.event = "armed";
      break;
    case TrialActionKind::Disarmed:
      event.event = "disarmed";
      break;
    case TrialActionKind::Stopped:
      event.event = "stopped";
      break;
    case TrialActionKind::Marked:
      event.event = "mark";
      break;
    case TrialActionKind::Prepare:
      event.event = "trial_prepared";
      event.detail = condition;
      break;
    case TrialActionKind::Start:
      event.event = "trial_start";
      event.detail = condition;
      break;
    case TrialActionKind::Output:
      event.event = "output";
      event.detail = plan.rules[action.rule].name;
      break;
    case TrialActionKind::OmitUs:
      event.event = "omit_us";
      event.detail = plan.rules[action.rule].name;
      break;
    case TrialActionKind::GateRefused:
      event.event = "gate_refused";
      event.detail = words_of(action.refusal);
      break;
    case TrialActionKind::Over:
      event.event = "trial_over";
      event.detail = condition;
      break;
    case TrialActionKind::Unconfirmed:
      event.event = "trial_unconfirmed";
      event.detail = condition;
      break;
    case TrialActionKind::Abort:
      event.event = "trial_aborted";
      event.detail = condition;
      break;
    case TrialActionKind::BlockOver:
      event.event = "block_over";
      break;
    case TrialActionKind::PlanOver:
      event.event = "plan_over";
      event.trial.reset();
      break;
  }
  return event;
}

}  // namespace eyelid::conditioning
