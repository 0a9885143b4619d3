// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "eyelid/pipeline/track_session.hpp"

namespace eyelid::app {

/// pipeline::track_session with a progress bar for each phase; prints the summary and every
/// warning.
SessionSummary track_and_print(const pipeline::TrackRequest& request);

/// The head of `--json` and the summary's figures.
nlohmann::ordered_json summary_json(std::string_view command, const SessionSummary& summary);

}  // namespace eyelid::app
