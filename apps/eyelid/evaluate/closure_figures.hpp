// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "eyelid/evaluation/closure_comparison.hpp"

namespace eyelid::app {

/// The table of `evaluate closure` and `demo`.
void print_comparison(const evaluation::ClosureComparison& comparison);

/// Adds the keys of the contract to `json`; absent figures are null.
void add_comparison(nlohmann::ordered_json& json, const evaluation::ClosureComparison& comparison);

}  // namespace eyelid::app
