// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "eyelid/conditioning/preset.hpp"

namespace eyelid::conditioning {

/// The rules of a preset in words, with their units: what the report prints beside each plot.
/// Names: "baseline", "alpha response", "CR amplitude", "CR if", "CR onset", "peak latency",
/// "amplitude at US", "UR", "rejected if", "learned if", and where used "%CR", "onset and SD",
/// "smoothing", "amplitudes divided by".
std::vector<std::pair<std::string, std::string>> rules_of(const Preset& preset);

}  // namespace eyelid::conditioning
