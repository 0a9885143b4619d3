// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "eyelid/pipeline/track_session.hpp"

namespace eyelid::app {

/// pipeline::track_session with a progress bar for each phase; delivers its files, with the figures
/// in `json` unless it is empty; prints the summary and every warning.
SessionSummary track_and_print(pipeline::TrackRequest request, const std::filesystem::path& json);

/// Prints the summary and every warning.
void print_summary(const SessionSummary& summary, const std::filesystem::path& folder);

/// The head of `--json` and the summary's figures.
nlohmann::ordered_json summary_json(std::string_view command, const SessionSummary& summary);

}  // namespace eyelid::app
