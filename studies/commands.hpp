// SPDX-License-Identifier: MIT
#pragma once

#include "apps/command_line/cli.hpp"

// The commands of the studies; apps/eyelid lists them. Errors are thrown.
namespace eyelid::speed {
void add_bench_command(CLI::App& app);  // `eyelid bench`: the speed of this machine
}
namespace eyelid::ipu {
void add_simulate_command(CLI::App& app);  // `eyelid simulate ipu`: the machine model
}
