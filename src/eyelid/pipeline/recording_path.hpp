// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <memory>

#include "eyelid/pipeline/score_session.hpp"
#include "eyelid/video/frame_source.hpp"

namespace eyelid::pipeline {

/// Where the recording of a tracked session is now: the path in session.json as written, else
/// its file name in the session's folder or in the one above. Throws InputError when session.json
/// is missing or none of them exists.
std::filesystem::path recording_of(const ScoredSession& session);

/// Opens it, with the frame rate that track used. Throws InputError.
std::unique_ptr<video::FrameSource> open_recording(const ScoredSession& session);

}  // namespace eyelid::pipeline
