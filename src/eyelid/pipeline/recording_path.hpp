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

/// Opens it for its pictures, the same that track measured. Their times may differ from those of
/// track (--fps, --timestamps): frames.csv has them. Throws InputError.
std::unique_ptr<video::FrameSource> open_recording(const ScoredSession& session);

}  // namespace eyelid::pipeline
