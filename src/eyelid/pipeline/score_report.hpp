// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "eyelid/pipeline/score_session.hpp"
#include "eyelid/pipeline/trial_pictures.hpp"

namespace eyelid::pipeline {

/// Cuts the pictures of the trials from the recording (cut_trial_pictures) and writes
/// conditioning.html of one session into its run. What the pictures lack joins the session's
/// warnings. `progress` gets the frames read so far, of session.trace.frames().
void write_session_report(ScoredSession& session,
                          PictureChoice choice,
                          const std::function<void(std::int64_t)>& progress);

/// Writes the report of several sessions to `path`: learning curves and criteria.
void write_study_report(const std::filesystem::path& path,
                        const std::vector<ScoredSession>& sessions,
                        const LearningSummary& study);

}  // namespace eyelid::pipeline
