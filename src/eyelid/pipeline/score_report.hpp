// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>

#include "eyelid/pipeline/score_session.hpp"
#include "eyelid/pipeline/trial_pictures.hpp"
#include "eyelid/reports/conditioning_report.hpp"

namespace eyelid::pipeline {

/// Writes conditioning.html of one session into its run. `clock` may be null.
void write_session_report(const ScoredSession& session,
                          const TrialPictures& pictures,
                          const reports::ClockAlignmentReport* clock);

/// Writes the report of several sessions to `path`: learning curves and criteria.
void write_study_report(const std::filesystem::path& path,
                        const std::vector<ScoredSession>& sessions,
                        const LearningSummary& study);

}  // namespace eyelid::pipeline
