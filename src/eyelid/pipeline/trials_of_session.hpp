// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <vector>

#include "eyelid/core/trial_score.hpp"

namespace eyelid::pipeline {

/// The trials of a trial file on the clock of the session. Onsets in a clip, or given as frames,
/// are placed by the frames of `frames` (frames.csv); it is read only for these.
///
/// Throws InputError as tables::read_trial_table(), and one that lists every row whose clip or
/// frame the session lacks or whose onset is not within its clip.
std::vector<TrialRow> trials_of_session(const std::filesystem::path& trials,
                                        const std::filesystem::path& frames);

}  // namespace eyelid::pipeline
