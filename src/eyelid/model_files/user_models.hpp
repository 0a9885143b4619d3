// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace eyelid::model_files {

/// The folder of the models that the user has fetched: $XDG_DATA_HOME/eyelid/models, or
/// ~/.local/share/eyelid/models if that is not set. Empty if there is no home directory either. The
/// folder need not exist.
///
/// Source: XDG Base Directory Specification 0.8 (a relative XDG_DATA_HOME is to be ignored).
std::filesystem::path user_model_folder();

/// The file of that name in the folder, if it exists.
std::optional<std::filesystem::path> find_user_model(std::string_view file_name);

}  // namespace eyelid::model_files
