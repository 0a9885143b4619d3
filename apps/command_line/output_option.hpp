// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>

#include "apps/command_line/cli.hpp"

namespace eyelid::app {

/// An option that names a file to be written. Before the command runs, InputError is thrown when
/// the file cannot be written there, or would replace something else: what check_output() of
/// files/ refuses, a file that another option of the command names, or a file in a folder that one
/// names (except what --json wrote there before).
CLI::Option* add_output_option(CLI::App& command,
                               const std::string& option,
                               std::filesystem::path& path,
                               const std::string& description);

}  // namespace eyelid::app
