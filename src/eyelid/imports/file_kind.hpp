// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string_view>

namespace eyelid::imports {

/// By the first bytes: MATLAB 5 to 7.3, HDF5, text, or anything else (a film).
enum class FileKind { Mat, Hdf5, Text, Other };

/// Errors: as files::InputFile.
FileKind kind_of(const std::filesystem::path& path, std::string_view expected);

}  // namespace eyelid::imports
