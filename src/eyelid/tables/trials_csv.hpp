// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "eyelid/core/trial.hpp"
#include "eyelid/core/trial_score.hpp"

namespace eyelid::tables {

/// Writes trials.csv: `trial,cs_onset_s,us_onset_s,type`, an absent onset as an empty cell.
/// Errors: as AtomicFile.
void write_trials_csv(const std::filesystem::path& path, std::span<const Trial> trials);

/// Reads trials.csv. Every type must have exactly the onsets it names (`paired` both, `blank`
/// none, ...), and no trial number may come twice. Errors: as CsvReader.
std::vector<Trial> read_trials_csv(const std::filesystem::path& path);

/// As read_trials_csv(), each trial with its line; an error names every bad row (the first 20), one
/// line each.
std::vector<TrialRow> read_trial_rows(const std::filesystem::path& path);

}  // namespace eyelid::tables
