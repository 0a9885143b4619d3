// SPDX-License-Identifier: MIT
#pragma once

#include "apps/command_line/cli.hpp"

namespace eyelid::app {

// One function per command of this folder: declares the options and what runs when it is chosen.
// Errors are thrown; main() turns them into one sentence and an exit status.
void add_demo_command(CLI::App& app);
void add_track_command(CLI::App& app);
void add_live_command(CLI::App& app);
void add_detect_command(CLI::App& app);
void add_score_command(CLI::App& app);
void add_batch_command(CLI::App& app);
void add_collect_command(CLI::App& app);
void add_synthesize_command(CLI::App& app);
void add_evaluate_command(CLI::App& app);
void add_train_command(CLI::App& app);
void add_model_command(CLI::App& app);
void add_cameras_command(CLI::App& app);
void add_doctor_command(CLI::App& app);

// Of all commands, those declared later as well: what they print comes from the definitions.
void add_manual_command(CLI::App& app);
void add_completion_command(CLI::App& app);

}  // namespace eyelid::app
