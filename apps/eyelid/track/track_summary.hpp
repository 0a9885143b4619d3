// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "eyelid/core/session.hpp"

namespace eyelid::app {

/// What a person wants to know at the end of `track`, and every warning.
void print_summary(const SessionSummary& summary, const std::filesystem::path& folder);

/// The head of `--json` and the summary's figures.
nlohmann::ordered_json summary_json(std::string_view command, const SessionSummary& summary);

}  // namespace eyelid::app
