// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/run_check.hpp"

#include "eyelid/core/error.hpp"
#include "eyelid/files/sha256.hpp"
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

}  // namespace eyelid::pipeline
