// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "eyelid/pipeline/score_session.hpp"

namespace eyelid::pipeline {

/// Every file that scoring may leave in the folder of a session, without session.json.
std::vector<std::string> files_of_scoring();
/// Of these, the tables and the page over all sessions, which `score --out` puts elsewhere.
std::vector<std::string> files_of_study();

/// What scoring a session reads, and what else in its folder is not of scoring: the recording,
/// wherever it may be, the files of the request, the tables of `track`. No output of the job may be
/// one of them. Throws InputError when session.json cannot be read.
std::vector<std::filesystem::path> inputs_of(const ScoreRequest& request);
/// The names of the files in its folder that scoring it replaces or removes, session.json last;
/// without one that it reads.
std::vector<std::string> replaced_files(const ScoreRequest& request);

}  // namespace eyelid::pipeline
