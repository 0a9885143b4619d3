// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/recording_path.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "eyelid/files/output_check.hpp"
#include "eyelid/pipeline/recording_identity.hpp"
#include "eyelid/pipeline/run_check.hpp"

namespace eyelid::pipeline {
namespace {

using Paths = std::vector<std::filesystem::path>;

/// Where to look, the likeliest place first. Never in the current folder: a file of the same name
/// there has nothing to do with the session.
std::vector<Paths> places_of(const std::filesystem::path& folder, const SessionSummary& summary) {
  const std::filesystem::path typed(summary.source.path);
  std::vector<std::string> recorded = summary.run.recording.paths;
  if (recorded.empty()) recorded = {summary.source.path};
  std::vector<Paths> places(4);
  for (const std::filesystem::path path : recorded) {
    places[0].push_back(folder / path);
    places[2].push_back(folder / path.filename());
    places[3].push_back(folder / ".." / path.filename());
  }
  if (typed.is_absolute() && recorded.size() == 1) places[1] = {typed};
  return places;
}

bool all_exist(const Paths& paths) {
  std::error_code ignored;
  return !paths.empty() && std::ranges::all_of(paths, [&](const std::filesystem::path& path) {
    return std::filesystem::exists(path, ignored);
  });
}

}  // namespace

Paths files_where_recording_may_be(const std::filesystem::path& folder) {
  const std::optional<SessionSummary> summary = session_in(folder);
  if (!summary) return {};
  Paths files;
  for (const Paths& place : places_of(folder, *summary)) {
    for (const std::filesystem::path& path : place) {
      std::error_code ignored;
      if (!std::filesystem::is_directory(path, ignored)) {
        files.push_back(path);
        continue;
      }
      try {
        std::ranges::copy(files_of_recording({&path, 1}), std::back_inserter(files));
      } catch (const InputError&) {  // holds no recording any more
      }
    }
  }
  return files;
}

Paths recording_of(const ScoredSession& session) {
  const std::filesystem::path& folder = session.request.folder;
  if (!session.summary) {
    throw RecordingNotFound((folder / "session.json").string() +
                            ": is missing; expected it to name the recording");
  }
  const RecordingIdentity& tracked = session.summary->run.recording;
  std::string others;
  Paths seen;  // the first file of each place: several places may be one
  for (Paths& place : places_of(folder, *session.summary)) {
    if (!all_exist(place)) continue;
    if (std::ranges::any_of(seen, [&](const std::filesystem::path& path) {
          return files::is_same_file(path, place.front());
        })) {
      continue;
    }
    seen.push_back(place.front());
    for (std::filesystem::path& path : place) path = std::filesystem::proximate(path);
    if (tracked.sha256_ends.empty()) return place;
    const RecordingIdentity found = identity_of(place);
    if (is_same_recording(found, tracked)) return place;
    others += fmt::format("{}{}: another recording than the one tracked ({} bytes, expected {}{})",
                          others.empty() ? "" : "; ",
                          place.front().string(),
                          found.size,
                          tracked.size,
                          found.size == tracked.size ? " with other contents" : "");
  }
  if (!others.empty()) throw RecordingNotFound(others);
  throw RecordingNotFound(
      session.summary->source.path +
      ": recording not found; expected it where it was tracked, or beside the results");
}

std::unique_ptr<video::FrameSource> open_recording(const ScoredSession& session) {
  const Paths recording = recording_of(session);  // and so there is a summary
  const SourceInfo& info = session.summary->source;
  video::SourceOptions options;
  if (info.used_bits) options.bits = static_cast<int>(*info.used_bits);
  if (info.stream) options.stream = static_cast<int>(*info.stream);
  return video::open_source(recording, options);
}

}  // namespace eyelid::pipeline
