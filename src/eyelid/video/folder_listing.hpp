// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace eyelid::video {

/// ".MP4" as ".mp4".
std::string lower_extension(const std::filesystem::path& path);
bool has_picture_extension(const std::filesystem::path& path);

/// Throws InputError for a path that does not exist or cannot be accessed.
std::filesystem::file_status status_of(const std::filesystem::path& path);

/// Regular files of a folder that `is_wanted`, in natural order; hidden ones are left out. Throws
/// InputError when it cannot be listed.
std::vector<std::filesystem::path> list_folder(
    const std::filesystem::path& folder,
    const std::function<bool(const std::filesystem::path&)>& is_wanted);

}  // namespace eyelid::video
