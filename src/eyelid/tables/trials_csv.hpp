// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "eyelid/core/trial.hpp"
#include "eyelid/core/trial_score.hpp"

namespace eyelid::tables {

/// Writes trials.csv: `trial,cs_onset_s,us_onset_s,type`, then the conditions of the trials; an
/// absent onset is an empty cell.
/// Errors: as AtomicFile.
void write_trials_csv(const std::filesystem::path& path, std::span<const Trial> trials);

/// Onsets that do not count on the clock of the session.
inline constexpr std::int32_t kNoClip = 0;
struct OnsetsInClip {
  std::int32_t clip = kNoClip;           // from 1: seconds and frames from its beginning
  std::optional<std::int64_t> cs_frame;  // from 0, instead of seconds
  std::optional<std::int64_t> us_frame;
};

struct TrialTable {
  std::vector<TrialRow> rows;        // a trial whose onset is a frame has some time there
  std::vector<OnsetsInClip> onsets;  // one per row; empty: all times are on the session's clock
  bool is_of_every_clip = false;     // its one row stands for a trial in every clip
};

/// Reads trials.csv, with the line of each trial. Every type must have exactly the onsets it
/// implies
/// (`paired` both, `blank` none, ...), and trial numbers must be unique. Instead of `cs_onset_s`
/// and `us_onset_s` there may be `cs_onset_frame` and `us_onset_frame`. With a column `clip` onsets
/// count from the beginning of that clip; a single row whose clip is `each` is repeated in all.
/// Other columns become the conditions of the trials.
/// Errors: as CsvReader, but one error names every bad row (the first 20), one per line.
TrialTable read_trial_table(const std::filesystem::path& path);

}  // namespace eyelid::tables
