// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <vector>

#include "eyelid/core/rater_agreement.hpp"

namespace eyelid::tables {

/// One eye's rows of a labels.csv: `trial,eye,label` and, where the rater measured them, `onset_ms`
/// (CR onset after the CS), `amplitude` (above baseline, FEC), and `comment`. An empty `eye` means
/// every eye. The rater's name is that of the file.
/// Errors: as CsvReader, also for an unknown label, a trial that comes twice, or no row of the eye.
Rater read_rater(const std::filesystem::path& path, ScoredEye eye);

/// One eye's rows of trial_scores.csv.
struct ProgramRatings {
  Rater rater;                // "eyelid"; the computed verdicts
  std::vector<Trial> trials;  // of the same rows
};
/// Errors: as CsvReader, also for an unknown verdict or no row of the eye.
ProgramRatings read_program_ratings(const std::filesystem::path& path, ScoredEye eye);

}  // namespace eyelid::tables
