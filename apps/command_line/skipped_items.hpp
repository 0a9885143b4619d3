// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace eyelid::app {

/// Names on standard error what a data set held and could not be used: the first 20, and how many
/// more there are.
void print_skipped(const std::vector<std::string>& problems);

}  // namespace eyelid::app
