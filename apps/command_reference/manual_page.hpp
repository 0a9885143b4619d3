// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "apps/command_reference/command_tree.hpp"

namespace eyelid::app {

/// The file that `man` looks for: "eyelid-model-fetch.1".
std::string manual_page_name(const Command& command);

/// The page of a command in roff (man macros), from the texts of its help. `program` is the root.
std::string manual_page(const Command& command, const Command& program, const std::string& version);

}  // namespace eyelid::app
