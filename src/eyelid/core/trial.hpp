// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace eyelid {

/// Paired: CS then US. CsOnly: catch or probe trial. UsOnly: air puff alone. Blank: neither.
enum class TrialType { Paired, CsOnly, UsOnly, Blank };

/// Columns of a trial file or log that are not ours, by name, in their order: "block", "2".
using TrialConditions = std::vector<std::pair<std::string, std::string>>;

/// One conditioning trial; times in seconds on the clock of the video. Row of trials.csv.
struct Trial {
  int number = 0;  // 1-based
  std::optional<double> cs_onset_s;
  std::optional<double> us_onset_s;
  TrialType type = TrialType::Paired;
  TrialConditions conditions = {};
};

/// "paired", "cs_only", "us_only", "blank": the words of trials.csv.
std::string_view name_of(TrialType type);
std::optional<TrialType> trial_type_from_name(std::string_view name);

}  // namespace eyelid
