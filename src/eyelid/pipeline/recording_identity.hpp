// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "eyelid/core/session.hpp"

namespace eyelid::pipeline {

/// The files behind the inputs of `track`, in order: each folder stands for its films or pictures.
/// Throws InputError for a folder without any.
std::vector<std::filesystem::path> files_of_recording(
    std::span<const std::filesystem::path> inputs);

/// What identifies a recording: `size` and `sha256_ends`, also of every clip where there are
/// several; frames are not counted and paths not filled in. Reads at most 2 MiB, and of every clip,
/// and the sizes. Throws InputError.
RecordingIdentity identity_of(std::span<const std::filesystem::path> inputs);

/// Whether sizes and hashes agree. (Those of single clips only if both know them.)
bool is_same_recording(const RecordingIdentity& a, const RecordingIdentity& b);

}  // namespace eyelid::pipeline
