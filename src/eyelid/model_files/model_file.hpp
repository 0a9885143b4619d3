// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <vector>

namespace eyelid::model_files {

/// Largest model file this library opens; bounds the memory a foreign file can cost.
inline constexpr std::size_t kModelFileLimit = std::size_t{1} << 30;

/// The whole file. Throws InputError: missing, a folder, unreadable, empty, or over
/// kModelFileLimit.
std::vector<std::byte> read_model_file(const std::filesystem::path& path);

/// Writes the file; it appears only when it is whole. Errors: as files::AtomicFile.
void write_model_file(const std::filesystem::path& path, std::span<const std::byte> bytes);

}  // namespace eyelid::model_files
