// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>

#include "eyelid/pipeline/setup.hpp"

namespace CLI {
class App;
}

namespace eyelid::app {

/// --detector --landmarks --detector-model --landmark-model --device --precision --threads --batch
/// --detect-every --score: shared by every command that runs the detector or the landmarks.
void add_setup_options(CLI::App& command, pipeline::SetupRequest& request);

/// --json FILE
void add_json_option(CLI::App& command, std::filesystem::path& json);

}  // namespace eyelid::app
