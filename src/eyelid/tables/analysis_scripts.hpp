// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <string_view>

namespace eyelid::tables {

/// Scripts for R (lme4) and Python (statsmodels) that read trials_long.csv from their own folder.
inline constexpr std::array<std::string_view, 2> kAnalysisScripts{"analysis.R", "analysis.py"};

/// The text of one of them.
std::string_view analysis_script(std::string_view name);

}  // namespace eyelid::tables
