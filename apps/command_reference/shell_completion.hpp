// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "apps/command_reference/command_tree.hpp"

namespace eyelid::app {

/// Scripts with which a shell completes commands, options, and values: names from the tree, files
/// and folders where a value is one. They do not run the program.
///
/// bash: sourced, or /usr/share/bash-completion/completions/eyelid; needs bash 4.4, no
/// bash-completion.
std::string bash_completion(const Command& program);
/// zsh: a file `_eyelid` in a folder of $fpath; sourced after compinit as well.
std::string zsh_completion(const Command& program);
/// fish: sourced, or a file `eyelid.fish` in a folder of $fish_complete_path.
std::string fish_completion(const Command& program);

}  // namespace eyelid::app
