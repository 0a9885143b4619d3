// SPDX-License-Identifier: MIT
#pragma once

#include "apps/command_line/cli.hpp"

namespace eyelid::app {

void add_model_fetch(CLI::App& model);      // `eyelid model fetch`
void add_model_calibrate(CLI::App& model);  // `eyelid model calibrate`

}  // namespace eyelid::app
