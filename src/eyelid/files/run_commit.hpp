// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace eyelid::files {

/// The private folder of a run, `.eyelid-run-XXXXXXXX` in the output folder:
///
///   new/NAME   what the run wrote
///   old/NAME   what the commit has taken out of the way
///   commit     the journal: there while, and only while, a commit is under way
inline constexpr const char* kRunPrefix = ".eyelid-run-";
inline constexpr const char* kStagedFolder = "new";

/// Renames `from` to `to`. Throws when it cannot.
using Move =
    std::function<void(const std::filesystem::path& from, const std::filesystem::path& to)>;
void rename_file(const std::filesystem::path& from, const std::filesystem::path& to);

/// Moves what a run staged into `folder`, and out of it what else has one of `names` (the record of
/// the run last). First all old files go, the record first; then all new files come, the record
/// last; then `deliver` is called. When any of this throws, everything is moved back.
///
/// Precondition: the caller holds the FolderLock. Errors: InputError; whatever `move` and `deliver`
/// throw.
void commit_run(const std::filesystem::path& folder,
                const std::filesystem::path& private_folder,
                const std::vector<std::string>& names,
                const std::function<void()>& deliver,
                const Move& move = rename_file);

/// Completes the commits of killed runs in `folder`, or undoes one that cannot be completed, and
/// removes their private folders. Precondition and errors as above.
void finish_killed_runs(const std::filesystem::path& folder, const Move& move = rename_file);

/// Removes a private folder unless a commit is still under way in it: then the next run needs it.
void remove_private_folder(const std::filesystem::path& private_folder);

}  // namespace eyelid::files
