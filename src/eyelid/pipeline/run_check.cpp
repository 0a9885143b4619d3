// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/run_check.hpp"

#include <system_error>

#include "eyelid/core/error.hpp"
#include "eyelid/files/sha256.hpp"
#include "eyelid/pipeline/recording_identity.hpp"
#include "eyelid/tables/session_json.hpp"

namespace eyelid::pipeline {

std::optional<SessionSummary> session_in(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "session.json";
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return std::nullopt;
  return tables::read_session_json(path);
}

void check_same_run(const std::filesystem::path& folder,
                    const std::string& name,
                    const std::optional<SessionSummary>& summary) {
  if (!summary || summary->run.id.empty()) return;
  const auto noted = summary->run.sha256.find(name);
  if (noted != summary->run.sha256.end() && noted->second == files::sha256_of_file(folder / name)) {
    return;
  }
  throw InputError((folder / name).string() +
                   ": is not of the run in session.json, expected the files of one run (track the "
                   "recording again, or remove the file)");
}

std::optional<std::string> missing_file_warning(const std::filesystem::path& folder,
                                                const std::string& name,
                                                const std::optional<SessionSummary>& summary,
                                                const std::string& loss) {
  std::error_code ignored;
  if (!summary || !summary->run.sha256.contains(name) ||
      std::filesystem::exists(folder / name, ignored)) {
    return std::nullopt;
  }
  return (folder / name).string() + ": is missing, though session.json lists it: " + loss;
}

void check_labels(const std::filesystem::path& folder, const RecordingIdentity& recording) {
  std::error_code ignored;
  if (!std::filesystem::exists(folder / "labels.csv", ignored)) return;
  std::optional<SessionSummary> earlier;
  try {
    earlier = session_in(folder);
  } catch (const InputError&) {  // about to be replaced
  }
  if (!earlier || earlier->run.id.empty() || is_same_recording(earlier->run.recording, recording)) {
    return;
  }
  throw InputError((folder / "labels.csv").string() + ": labels the trials of another recording (" +
                   earlier->source.path + "), expected none or those of this one; move it away");
}

}  // namespace eyelid::pipeline
