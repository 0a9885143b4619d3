// SPDX-License-Identifier: MIT
#include "eyelid/batch/session_check.hpp"

#include <system_error>

#include "eyelid/core/error.hpp"
#include "eyelid/pipeline/run_check.hpp"

namespace eyelid::batch {

std::optional<std::string> fault_of_files(const std::filesystem::path& folder,
                                          const SessionSummary& summary,
                                          FileCheck check) {
  if (summary.run.id.empty()) {
    return (folder / "session.json").string() + ": notes no run, expected that of this eyelid";
  }
  for (const auto& [name, hash] : summary.run.sha256) {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(folder / name, ignored)) {
      return (folder / name).string() + ": is missing, though session.json lists it";
    }
    if (check == FileCheck::Names) continue;
    try {
      pipeline::check_same_run(folder, name, summary);
    } catch (const InputError& error) {
      return error.what();
    }
  }
  return std::nullopt;
}

}  // namespace eyelid::batch
