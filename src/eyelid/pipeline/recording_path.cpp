// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/recording_path.hpp"

#include "eyelid/core/error.hpp"

namespace eyelid::pipeline {

std::filesystem::path recording_of(const ScoredSession& session) {
  const std::filesystem::path& folder = session.request.folder;
  if (!session.summary) {
    throw InputError((folder / "session.json").string() +
                     ": is missing; expected it to name the recording");
  }
  const std::filesystem::path given(session.summary->source.path);
  for (const std::filesystem::path& place :
       {given, folder / given.filename(), folder.parent_path() / given.filename()}) {
    std::error_code error;
    if (std::filesystem::exists(place, error)) return place;
  }
  throw InputError(
      given.string() +
      ": recording not found; expected it where it was tracked, or beside the results");
}

std::unique_ptr<video::FrameSource> open_recording(const ScoredSession& session) {
  const std::filesystem::path recording = recording_of(session);
  const SourceInfo& info = session.summary->source;
  video::SourceOptions options;
  if (info.used_bits) options.bits = static_cast<int>(*info.used_bits);
  if (info.stream) options.stream = static_cast<int>(*info.stream);
  return video::open_source({recording}, options);
}

}  // namespace eyelid::pipeline
