// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>

#include "apps/command_line/cli.hpp"
#include "eyelid/synthesis/session_renderer.hpp"

namespace eyelid::app {

/// The session that `synthesize` and `demo` render.
struct SessionChoice {
  synthesis::SessionOptions session;
  bool is_hard = false;  // all difficulties at once
};

/// --seed --seconds --trials --fps --isi --pose --flicker --noise --glasses --hard
void add_session_options(CLI::App& command, SessionChoice& choice);

/// pipeline::render_session with a progress bar; absent threads: all processors.
void render_with_progress(const SessionChoice& choice,
                          const std::filesystem::path& folder,
                          std::optional<int> threads);

}  // namespace eyelid::app
