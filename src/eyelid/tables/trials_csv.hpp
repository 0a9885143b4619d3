// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "eyelid/core/trial.hpp"
#include "eyelid/core/trial_score.hpp"

namespace eyelid::tables {

/// Writes trials.csv: `trial,cs_onset_s,us_onset_s,type`; an absent onset is an empty cell.
/// Errors: as AtomicFile.
void write_trials_csv(const std::filesystem::path& path, std::span<const Trial> trials);

/// Reads trials.csv. Every type must have exactly the onsets it implies (`paired` both, `blank`
/// none, ...), and trial numbers must be unique. Errors: as CsvReader.
std::vector<Trial> read_trials_csv(const std::filesystem::path& path);

/// As read_trials_csv(), with the line of each trial; the error names every bad row (the first 20),
/// one per line.
std::vector<TrialRow> read_trial_rows(const std::filesystem::path& path);

}  // namespace eyelid::tables
