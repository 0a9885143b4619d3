// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>

namespace eyelid::files {

/// Creates a folder with its parents unless it exists. Throws InputError naming it and the system's
/// reason.
void create_folder(const std::filesystem::path& folder);

}  // namespace eyelid::files
