// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "eyelid/batch/manifest.hpp"

namespace eyelid::batch {

/// File in the folder of each recording that says how far the batch came with it.
inline constexpr const char* kRecordName = "batch.json";

enum class RowState {
  Started,  // under way, or ended without a word: SIGKILL, no memory, a crash
  Done,     // everything asked for is there
  Failed,   // an input is at fault: the same would happen again
  Stopped,  // the machine or a signal ended it: worth another attempt
};
std::string_view name_of(RowState state);

/// batch.json. The files of a run say themselves whether they are whole (session.json); this says
/// what was asked for, and what became of it.
struct BatchRecord {
  ManifestRow row;  // `line` is not kept
  RowState state = RowState::Started;
  std::string message;      // one sentence where it failed or was stopped
  int attempts = 0;         // in a row that left nothing but Started
  bool is_tracked = false;  // the files in the folder are those of `track_request`
  /// What the files depend on, as JSON text: options, and inputs by content. Equal text, same work.
  std::string track_request;
  std::string score_request;          // empty: the recording is not scored
  std::vector<std::string> warnings;  // of scoring; those of tracking are in session.json
};

std::string record_text(const BatchRecord& record);

/// Writes `folder`/batch.json; it appears when it is complete. Errors: as files::AtomicFile.
void write_record(const std::filesystem::path& folder, const BatchRecord& record);

/// Reads it; nothing where there is none. Errors: InputError for one that cannot be read.
std::optional<BatchRecord> read_record(const std::filesystem::path& folder);

}  // namespace eyelid::batch
