// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/CLI.hpp>

namespace eyelid::app {

/// `eyelid model calibrate`.
void add_calibrate_command(CLI::App& model);

}  // namespace eyelid::app
