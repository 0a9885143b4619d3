// SPDX-License-Identifier: MIT
#pragma once

namespace CLI {
class App;
}

namespace eyelid::app {

/// `model fetch`: public models from their makers.
void add_model_fetch(CLI::App& model);

}  // namespace eyelid::app
