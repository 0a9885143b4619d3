// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "apps/command_line/cli.hpp"

namespace eyelid::app {

/// An option that names a file to be written. Before the command runs, InputError is thrown when
/// the file cannot be written there, or would replace something else: what check_output() of
/// files/ refuses, a file that another option of the command names, or a file in a folder that one
/// names, under any of its names (except what such an option wrote there before).
CLI::Option* add_output_option(CLI::App& command,
                               const std::string& option,
                               std::filesystem::path& path,
                               const std::string& description);

/// The same check of all output options of `command`, against inputs that only the files it was
/// given name, such as the pictures of a data set: to be called before the work begins. Folders
/// count as above. Throws InputError.
void check_output_options(const CLI::App& command, std::span<const std::filesystem::path> inputs);

}  // namespace eyelid::app
