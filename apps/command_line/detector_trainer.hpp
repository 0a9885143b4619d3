// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace eyelid::app {

/// Becomes the program eyelid-train: the detector's trainer is one of its own, so that this one
/// does without libtorch. InputError when it is neither beside this program nor in PATH.
[[noreturn]] void run_detector_trainer(const std::string& subcommand,
                                       const std::vector<std::string>& arguments);

}  // namespace eyelid::app
