// SPDX-License-Identifier: MIT
#pragma once

#include "apps/command_line/cli.hpp"

namespace eyelid::app {

/// `evaluate agreement`: the program and one or two persons on the same trials.
void add_evaluate_agreement(CLI::App& evaluate);

}  // namespace eyelid::app
