// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "eyelid/batch/manifest.hpp"
#include "eyelid/batch/session_check.hpp"
#include "eyelid/files/run_folder.hpp"

namespace eyelid::batch {

/// What is known of a recording of a batch from its folder.
enum class SessionState {
  Done,        // whole; also where `eyelid track` was run by hand
  Unfinished,  // under way, or its program was killed
  Stopped,     // the machine or a signal ended it
  Failed,      // its input is at fault
  Damaged,     // files are missing, changed, or not readable
  Missing,     // in the manifest, and has not begun
};
inline constexpr std::size_t kSessionStates = 6;
std::string_view name_of(SessionState state);

struct CollectionFigures {
  std::array<std::int64_t, kSessionStates> sessions{};  // by SessionState
  std::int64_t with_warnings = 0;
  std::int64_t frames = 0;
  double duration_s = 0.0;

  std::int64_t all() const;
};

struct CollectionRequest {
  std::filesystem::path root;      // --out of `eyelid batch`
  std::filesystem::path manifest;  // empty: the folders below the root that hold a session
  FileCheck check = FileCheck::Names;
};

/// The files of a collection, recordings.csv last: one row per recording (docs/cluster.md).
inline constexpr std::array<const char*, 2> kFilesOfCollection = {"recordings.html",
                                                                  "recordings.csv"};

struct Collection {
  CollectionFigures figures;
  std::unique_ptr<files::RunFolder> run;  // of the root; all written, not yet committed
};

/// Reads every session below the root, one after another, and writes recordings.csv and
/// recordings.html. Memory grows with the ids alone. `progress` gets the sessions done and all.
///
/// A session that cannot be read is a row with the state Damaged. Errors: InputError for a root
/// that is no folder or holds no session, for the manifest, and of the outputs; Interrupted.
Collection collect(const CollectionRequest& request,
                   const std::function<void(std::int64_t done, std::int64_t all)>& progress);

}  // namespace eyelid::batch
