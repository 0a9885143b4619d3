// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>

#include "studies/ipu/network.hpp"

namespace eyelid::ipu {

/// Layer A against Poplar's IPUModel: every layer of the file on MK1 and MK2, three passes, half
/// precision. Prints a table; returns the rows {"layer", "chip", "predicted_cycles",
/// "reference_cycles", ...}.
nlohmann::ordered_json check_layers(const std::filesystem::path& path);

/// Layer B against the study's tables: fits, prints every point and the fitted constants apart.
/// Returns {"mape", "max_error", "leave_one_out_mape", "extrapolation_mape", ...}.
nlohmann::ordered_json check_tables(const Network& network);

}  // namespace eyelid::ipu
