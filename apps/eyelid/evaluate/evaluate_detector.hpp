// SPDX-License-Identifier: MIT
#pragma once

namespace CLI {
class App;
}

namespace eyelid::app {

/// `evaluate detector`: detectors side by side on annotated pictures.
void add_evaluate_detector(CLI::App& evaluate);

}  // namespace eyelid::app
