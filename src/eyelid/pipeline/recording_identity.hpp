// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "eyelid/core/session.hpp"

namespace eyelid::pipeline {

/// The files behind the inputs of `track`, in order: each folder stands for its pictures.
/// Throws InputError for a folder without any.
std::vector<std::filesystem::path> files_of_recording(
    std::span<const std::filesystem::path> inputs);

/// What identifies a recording: `size` and `sha256_ends`; its frames are not counted and its paths
/// not filled in. Reads at most 2 MiB, and the sizes. Throws InputError.
RecordingIdentity identity_of(std::span<const std::filesystem::path> inputs);

}  // namespace eyelid::pipeline
