// SPDX-License-Identifier: MIT
#pragma once

#include "eyelid/synthesis/session_renderer.hpp"

namespace CLI {
class App;
}

namespace eyelid::app {

/// --seed --seconds --trials --fps --isi --pose --flicker --noise --glasses --hard
void add_session_options(CLI::App& command, synthesis::SessionOptions& session, bool& is_hard);

}  // namespace eyelid::app
