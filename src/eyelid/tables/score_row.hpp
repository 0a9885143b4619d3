// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "eyelid/core/session_learning.hpp"
#include "eyelid/core/trial_score.hpp"
#include "eyelid/tables/csv_writer.hpp"

// What trial_scores.csv and the tables over sessions share.
namespace eyelid::tables {

/// The columns of trial_scores.csv, without conditions.
extern const std::string_view kScoreColumns;
/// Their cells.
void write_score(CsvWriter& row, const TrialScore& score);

/// The cells of `subject,group,phase,session,folder`.
CsvWriter& write_place(CsvWriter& row, const SessionLearning& session);

}  // namespace eyelid::tables
