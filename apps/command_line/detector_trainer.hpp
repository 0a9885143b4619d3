// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace eyelid::app {

/// Replaces this process by eyelid-train, a program of its own so that this one needs no libtorch.
/// Throws InputError when it is neither beside this program nor in PATH.
[[noreturn]] void run_detector_trainer(const std::string& subcommand,
                                       const std::vector<std::string>& arguments);

}  // namespace eyelid::app
