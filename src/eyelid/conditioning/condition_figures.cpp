// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/condition_figures.hpp"

#include <algorithm>
#include <string>

#include "eyelid/conditioning/learning.hpp"

namespace eyelid::conditioning {
namespace {

struct Condition {
  std::string name;
  std::vector<std::string> values;
};

std::vector<Condition> conditions_of(std::span<const TrialScore> scores) {
  std::vector<Condition> conditions;
  for (const TrialScore& score : scores) {
    for (const auto& [name, value] : score.trial.conditions) {
      auto found = std::ranges::find(conditions, name, &Condition::name);
      if (found == conditions.end()) found = conditions.insert(found, {name, {}});
      // One more than are reported, to know that there are too many.
      const bool is_full = found->values.size() > kMaxConditionValues;
      if (!is_full && std::ranges::find(found->values, value) == found->values.end()) {
        found->values.push_back(value);
      }
    }
  }
  return conditions;
}

bool has_value(const Trial& trial, const std::string& name, const std::string& value) {
  return std::ranges::find(trial.conditions, std::pair(name, value)) != trial.conditions.end();
}

}  // namespace

std::vector<ConditionFigures> figures_by_condition(std::span<const TrialScore> scores) {
  std::vector<ConditionFigures> figures;
  for (const Condition& condition : conditions_of(scores)) {
    if (condition.values.size() < 2 || condition.values.size() > kMaxConditionValues) continue;
    for (const std::string& value : condition.values) {
      std::vector<TrialScore> chosen;
      std::ranges::copy_if(scores, std::back_inserter(chosen), [&](const TrialScore& score) {
        return has_value(score.trial, condition.name, value);
      });
      for (const ScoredEye eye : kScoredEyes) {
        const SessionLearning learning = learning_of(chosen, eye, {});
        figures.push_back({.condition = condition.name,
                           .value = value,
                           .eye = eye,
                           .trials = learning.trials,
                           .judged = learning.judged,
                           .rejected = learning.rejected,
                           .crs = learning.crs,
                           .percent = learning.percent,
                           .amplitude_mean = learning.amplitude_mean,
                           .onset_median_ms = learning.onset_median_ms,
                           .ur_peak_mean = learning.ur_peak_mean});
      }
    }
  }
  return figures;
}

}  // namespace eyelid::conditioning
