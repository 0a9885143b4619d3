// SPDX-License-Identifier: MIT
#pragma once

#include "apps/command_line/cli.hpp"

namespace eyelid::app {

/// `evaluate presence`: how many annotated eyes, and how many places without one, are taken for
/// eyes.
void add_evaluate_presence(CLI::App& evaluate);

}  // namespace eyelid::app
