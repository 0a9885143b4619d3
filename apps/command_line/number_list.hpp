// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace eyelid::app {

/// "1..4096" -> 1, 2, 4, ..., doubled up to and including the last. "1,2,4,8" -> those;
/// "1,2,4,...,512" and "1,2,3,...,16" go on as they began (by factor where the last is the double
/// of the one before, else by difference); "1,2,..." goes on to `last`. All must be positive and
/// rise.
///
/// Throws CLI::ValidationError (wrong usage) naming `option`.
std::vector<int> parse_number_list(const std::string& text, const std::string& option, int last);

}  // namespace eyelid::app
