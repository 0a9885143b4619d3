// SPDX-License-Identifier: MIT
#include "eyelid/imports/mat_formats.hpp"

#include <fmt/format.h>

#include <cmath>

#include "eyelid/core/error.hpp"
#include "eyelid/core/per_eye.hpp"
#include "eyelid/imports/event_collector.hpp"

namespace eyelid::imports {

std::vector<BpodTrial> bpod_trials(const MatValue& session, const std::string& file) {
  const MatValue trials = session.field("RawEvents").field("Trial");
  const std::vector<double> starts = session.field("TrialStartTimestamp").numbers();
  const std::vector<double> types = session.field("TrialTypes").numbers();
  if (trials.size() == 0 || starts.size() < trials.size()) {
    throw InputError(
        fmt::format("{}: SessionData has {} trials and {} values of TrialStartTimestamp, expected "
                    "those of Bpod",
                    file,
                    trials.size(),
                    starts.size()));
  }
  std::vector<BpodTrial> found;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    BpodTrial trial;
    // A cell per trial in MATLAB, a structure array from Python.
    const MatValue raw = trials.is_cell() ? trials.cell(i) : trials;
    const std::size_t index = trials.is_cell() ? 0 : i;
    trial.states = raw.field("States", index);
    trial.events = raw.field("Events", index);
    trial.data = raw.field("Data", index);
    trial.start_s = starts[i];
    if (i < types.size()) trial.type = fmt::format("{:g}", types[i]);
    found.push_back(trial);
  }
  return found;
}

Log bpod_log(MatFile& file, const LogOptions& options) {
  const MatValue session = file.variable("SessionData");
  if (!session) {
    throw InputError(fmt::format("{}: has the variables {}; expected SessionData of Bpod",
                                 file.name(),
                                 file.variable_list()));
  }
  EventCollector collector(file.name(), options.names);
  std::int64_t number = 0;
  for (const BpodTrial& trial : bpod_trials(session, file.name())) {
    ++number;
    TrialConditions conditions;
    if (!trial.type.empty()) conditions.emplace_back("TrialTypes", trial.type);
    for (const std::string& name : trial.states.field_names()) {
      // A row from begin to end per visit; NaN: not visited.
      const MatValue visits = trial.states.field(name);
      const std::vector<double> times = visits.numbers();
      for (std::size_t row = 0; row < visits.rows(); ++row) {
        if (std::isfinite(times[row])) {
          collector.add(trial.start_s + times[row], name, number, conditions);
        }
      }
    }
    for (const std::string& name : trial.events.field_names()) {
      for (const double time_s : trial.events.field(name).numbers()) {
        if (std::isfinite(time_s)) {
          collector.add(trial.start_s + time_s, name, number, conditions);
        }
      }
    }
  }
  return collector.finish("Bpod");
}

Trace bpod_trace(const MatValue& session, const std::string& file) {
  Trace trace;
  std::int32_t number = 0;
  bool has_closure = false;
  bool has_area = false;
  for (const BpodTrial& trial : bpod_trials(session, file)) {
    ++number;
    const MatValue& data = trial.data;
    const std::vector<double> times = data.field("FECTimes").numbers();
    std::vector<double> values = data.field("FEC").numbers();
    const bool is_closure = values.size() == times.size();
    if (!is_closure) values = data.field("eyeAreaPixels").numbers();
    if (times.empty()) continue;  // a trial that was stopped
    (is_closure ? has_closure : has_area) = true;
    if (values.size() != times.size()) {
      throw InputError(fmt::format(
          "{}: trial {}: {} FECTimes and {} values, expected FEC or eyeAreaPixels at each",
          file,
          number,
          times.size(),
          values.size()));
    }
    for (std::size_t i = 0; i < times.size(); ++i) {
      const double time_s = trial.start_s + times[i];
      if (!std::isfinite(time_s) || (!trace.time_s.empty() && time_s <= trace.time_s.back())) {
        throw InputError(
            fmt::format("{}: trial {}: time {} is {:.6g} s, expected one after that before it",
                        file,
                        number,
                        i + 1,
                        time_s));
      }
      trace.time_s.push_back(time_s);
      trace.clip.push_back(number);
      trace.values[2].push_back(std::isfinite(values[i]) ? static_cast<float>(values[i])
                                                         : kNotAvailable);
    }
  }
  if (trace.time_s.size() < 2 || (has_closure && has_area)) {
    throw InputError(
        file +
        ": SessionData without Data.FECTimes and FEC (or eyeAreaPixels) in its trials, "
        "expected a protocol that measures the eyelid");
  }
  trace.quantity = has_closure ? Quantity::Closure : Quantity::Opening;
  trace.format =
      fmt::format("Bpod, {} of {} trials", has_closure ? "FEC" : "eyeAreaPixels", number);
  return trace;
}

}  // namespace eyelid::imports
