// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/pipeline/score_session.hpp"
#include "eyelid/video/frame_source.hpp"

namespace eyelid::pipeline {

/// The recording was moved away, or session.json cannot say which it was: a session can be scored
/// without it. One that is there and cannot be read is an InputError of another kind.
class RecordingNotFound : public InputError {
 public:
  using InputError::InputError;
};

/// Where the inputs of a tracked session are now: where they were, seen from the session's folder,
/// else by name in that folder or in the one above. A recording is recognized by its size and its
/// first and last MiB; another one of the same name is not taken. (A session.json of an eyelid
/// that noted neither is believed.)
///
/// Throws RecordingNotFound when session.json is missing or the recording is at none of these
/// places, InputError when one cannot be read.
std::vector<std::filesystem::path> recording_of(const ScoredSession& session);

/// The files at every place where recording_of() would look, whatever they hold: none of them may
/// be overwritten. Empty without session.json. Throws InputError when session.json cannot be read.
std::vector<std::filesystem::path> files_where_recording_may_be(
    const std::filesystem::path& folder);

/// Opens it for its pictures, the same that track measured. Their times may differ from those of
/// track (--fps, --timestamps): frames.csv has them. Throws InputError.
std::unique_ptr<video::FrameSource> open_recording(const ScoredSession& session);

}  // namespace eyelid::pipeline
