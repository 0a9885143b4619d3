// SPDX-License-Identifier: MIT
#pragma once

namespace CLI {
class App;
}

namespace eyelid::app {

/// `eyelid model calibrate`.
void add_calibrate_command(CLI::App& model);

}  // namespace eyelid::app
