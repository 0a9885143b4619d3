// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "eyelid/pipeline/score_session.hpp"
#include "eyelid/pipeline/trial_pictures.hpp"

namespace eyelid::app {

/// What a person wants to know of one scored session, and its warnings.
void print_scores(const pipeline::ScoredSession& session);
/// Sessions, learning curve and criteria of several.
void print_study(const LearningSummary& study);

/// Cuts the pictures of the trials, with a progress bar, and writes conditioning.html. What was
/// asked for and is not there becomes a warning of the session.
void write_report(pipeline::ScoredSession& session, pipeline::PictureChoice choice);

/// Adds the keys of the contract: "preset", "trials"; further "sessions", and "learning" when there
/// are several sessions.
void add_scores(nlohmann::ordered_json& json,
                const std::vector<pipeline::ScoredSession>& sessions,
                const LearningSummary* study);

}  // namespace eyelid::app
