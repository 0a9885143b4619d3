// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "eyelid/conditioning/trial_plan.hpp"

namespace eyelid::conditioning {

/// Reads the plan of a session; every key is in docs/files.md, "Trial plan":
///
///   {"format": "eyelid-trials", "version": 1, "seed": 7, "trials": 100,
///    "conditions": [
///      {"name": "paired", "cs": {"ms": 550}, "isi_ms": 500, "us": {"ms": 50}, "share": 0.8},
///      {"name": "probe", "cs": {"ms": 550}, "isi_ms": 500, "share": 0.1},
///      {"name": "puff", "us": {"ms": 50}, "share": 0.1}],
///    "order": "blocks", "max_repeats": 4, "iti": {"min_s": 10, "max_s": 20},
///    "blocks": {"count": 5, "pause_s": 60}, "gate": {"open": 0.2, "stable_s": 0.2, "stable": 0.1},
///    "rules": [{"name": "escape", "above_baseline": 0.3, "from_ms": 100, "do": "omit_us"}]}
///
/// Errors: InputError naming the file and the key, what was found, and what was expected: no JSON
/// object, an unknown or missing key, a value out of its range, more than kMaxTrials trials, an
/// order that planned_trials() cannot give.
TrialPlan load_trial_plan(const std::filesystem::path& path);

/// The same from its text; `source` names it in errors.
TrialPlan parse_trial_plan(std::string_view text, const std::string& source);

inline constexpr int kMaxTrials = 10000;
inline constexpr std::size_t kMaxTrialConditions = 100;
inline constexpr std::size_t kMaxRules = 20;

}  // namespace eyelid::conditioning
