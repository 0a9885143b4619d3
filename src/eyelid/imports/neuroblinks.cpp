// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "eyelid/core/error.hpp"
#include "eyelid/core/per_eye.hpp"
#include "eyelid/imports/mat_formats.hpp"

namespace eyelid::imports {
namespace {

// Between the end of a trial and the beginning of the next, so that no window reaches it.
constexpr double kGap_s = 1.0;

/// One value per trial; nothing where the file has none.
class PerTrial {
 public:
  PerTrial(const MatValue& trials, const char* name, std::size_t count)
      : values_(trials.field(name).numbers()) {
    if (values_.size() != count) values_.clear();
  }
  bool has_values() const { return !values_.empty(); }
  double at(std::size_t trial) const { return values_.empty() ? 0.0 : values_[trial]; }

 private:
  std::vector<double> values_;
};

}  // namespace

Trace neuroblinks_trace(const MatValue& trials, const std::string& file) {
  MatValue positions = trials.field("eyelidpos");
  if (!positions) positions = trials.field("eyelidpos_1");
  const MatValue clock = trials.field("tm");
  const std::size_t count = positions.rows();
  const std::size_t length = positions.columns();
  const std::vector<double> closure = positions.numbers();
  const std::vector<double> time_s = clock.numbers();
  // One clock for all trials, or one each.
  const bool has_one_clock = time_s.size() == length;
  if (count == 0 || length < 2 || (!has_one_clock && time_s.size() != count * length)) {
    throw InputError(fmt::format(
        "{}: trials.eyelidpos is {} x {} and trials.tm {} x {}, expected trials x frames of "
        "neuroblinks",
        file,
        count,
        length,
        clock.rows(),
        clock.columns()));
  }
  const PerTrial cs_ms(trials, "c_csdur", count);
  const PerTrial us_ms(trials, "c_usdur", count);
  const PerTrial isi_ms(trials, "c_isi", count);
  if (!cs_ms.has_values() || !us_ms.has_values() || !isi_ms.has_values()) {
    throw InputError(file +
                     ": trials without c_csdur, c_usdur, and c_isi, expected those of neuroblinks");
  }
  Trace trace;
  double end_s = -kGap_s;
  for (std::size_t trial = 0; trial < count; ++trial) {
    double cs_s = 0.0;
    bool is_begun = false;
    double last_s = 0.0;
    for (std::size_t i = 0; i < length; ++i) {
      const double at_s = has_one_clock ? time_s[i] : time_s[i * count + trial];
      if (!std::isfinite(at_s)) continue;  // a shorter trial
      if (is_begun && at_s <= last_s) {
        throw InputError(
            fmt::format("{}: trial {}: trials.tm does not increase, expected seconds "
                        "from the CS",
                        file,
                        trial + 1));
      }
      if (!is_begun) cs_s = end_s + kGap_s - at_s;
      is_begun = true;
      last_s = at_s;
      trace.time_s.push_back(cs_s + at_s);
      trace.clip.push_back(static_cast<std::int32_t>(trial + 1));
      const double value = closure[i * count + trial];
      trace.values[2].push_back(std::isfinite(value) ? static_cast<float>(value) : kNotAvailable);
    }
    if (!is_begun) continue;
    if (last_s > 100.0) {
      throw InputError(
          fmt::format("{}: trial {}: trials.tm reaches {:g}, expected seconds from the CS",
                      file,
                      trial + 1,
                      last_s));
    }
    end_s = cs_s + last_s;
    TrialRow row;
    row.trial.number = static_cast<int>(trial + 1);
    const bool has_cs = cs_ms.at(trial) > 0.0;
    const bool has_us = us_ms.at(trial) > 0.0;
    if (has_cs) row.trial.cs_onset_s = cs_s;
    if (has_us) row.trial.us_onset_s = cs_s + (has_cs ? isi_ms.at(trial) / 1000.0 : 0.0);
    row.trial.type = has_cs && has_us ? TrialType::Paired
                     : has_cs         ? TrialType::CsOnly
                     : has_us         ? TrialType::UsOnly
                                      : TrialType::Blank;
    for (const char* name : {"c_csnum", "c_usnum", "session_of_day"}) {
      const PerTrial values(trials, name, count);
      if (values.has_values()) {
        row.trial.conditions.emplace_back(name, fmt::format("{:g}", values.at(trial)));
      }
    }
    trace.trials.push_back(std::move(row));
  }
  trace.format = fmt::format("neuroblinks, {} trials", trace.trials.size());
  return trace;
}

Trace mat_trace(MatFile& file) {
  if (const MatValue trials = file.variable("trials")) {
    return neuroblinks_trace(trials, file.name());
  }
  if (const MatValue session = file.variable("SessionData")) {
    return bpod_trace(session, file.name());
  }
  throw InputError(
      fmt::format("{}: has the variables {}; expected trials of neuroblinks or SessionData of Bpod",
                  file.name(),
                  file.variable_list()));
}

}  // namespace eyelid::imports
