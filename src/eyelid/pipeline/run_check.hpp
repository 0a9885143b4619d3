// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "eyelid/core/session.hpp"

namespace eyelid::pipeline {

/// The summary in `folder`/session.json; absent without that file. Throws InputError.
std::optional<SessionSummary> session_in(const std::filesystem::path& folder);

/// Refuses `folder`/`name` unless it is the file that the run of `summary` wrote. A table without
/// session.json, and one beside a session.json that notes no run (of an older eyelid, or another
/// program), is believed. Reads the whole file.
/// Throws InputError naming the file that belongs to another run.
void check_same_run(const std::filesystem::path& folder,
                    const std::string& name,
                    const std::optional<SessionSummary>& summary);

/// One sentence where the run of `summary` wrote `folder`/`name` and that file is gone; `loss` says
/// what the job does without it.
std::optional<std::string> missing_file_warning(const std::filesystem::path& folder,
                                                const std::string& name,
                                                const std::optional<SessionSummary>& summary,
                                                const std::string& loss);

/// Refuses a folder with the labels.csv of another recording: labels stay with the user, but they
/// name trials of one recording. Throws InputError.
void check_labels(const std::filesystem::path& folder, const RecordingIdentity& recording);

}  // namespace eyelid::pipeline
