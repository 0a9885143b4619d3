// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace eyelid::app {

/// "1..4096" -> 1, 2, 4, ..., doubled up to and including the last. "1,2,4,8" -> those;
/// "1,2,4,...,512" and "1,2,3,...,16" continue as they start (doubled where the last is twice the
/// one before, else by difference); "1,2,..." continues to `last`. All must be positive and
/// increasing.
///
/// Throws CLI::ValidationError (wrong usage) naming `option`.
std::vector<int> parse_number_list(const std::string& text, const std::string& option, int last);

}  // namespace eyelid::app
