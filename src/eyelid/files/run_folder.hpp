// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "eyelid/files/atomic_file.hpp"
#include "eyelid/files/folder_lock.hpp"

namespace eyelid::files {

/// The output folder of one job: what a run leaves in it appears at once, or not at all.
///
/// While it lives, the folder is locked for this job. Everything is written to a private folder
/// inside, `.eyelid-run-XXXXXXXX`, and commit() moves it into place, the record last. A run owns a
/// list of names: those that it does not write are removed by its commit, so that no file of an
/// earlier run stays beside its own. All other files belong to the user and are not touched.
///
/// If the job fails, the folder is as before. If the program is killed, the folder is as before, or
/// the next RunFolder completes the commit; at no moment do final names hold files of two runs.
/// docs/decisions/005-one-run-per-folder.md says how.
///
/// Errors: InputError naming the file or folder, what was found and what was expected; of it,
/// WriteError where the system refused. Threads: one at a time.
class RunFolder {
 public:
  /// Creates `folder` with its parents unless it exists, locks it, completes or removes what killed
  /// runs left, and checks that each name of the run is free or a regular file, and no input.
  ///
  /// `names`: every file that a run of this kind may leave, its record (the file that describes the
  /// others) last. Throws InputError also when another program writes to the folder.
  RunFolder(std::filesystem::path folder,
            std::vector<std::string> names,
            std::span<const std::filesystem::path> inputs = {});
  /// Without commit(): removes what was staged, and the folder if it is new.
  ~RunFolder();
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  const std::filesystem::path& path() const { return folder_; }
  /// For temporary files that become files of the run; goes with it.
  const std::filesystem::path& private_folder() const { return private_; }
  /// For temporary files without a name: $TMPDIR, where it is set to a folder that takes new files,
  /// as on the local disk of a cluster's node, else private_folder().
  std::filesystem::path scratch_folder() const;
  /// Where the file `name`, one of the names of the run, is written and can be read until commit().
  std::filesystem::path staged(std::string_view name) const;

  /// Checks an output that the user named, anywhere, so that add() need not fail after the work.
  void announce(const std::filesystem::path& output) const;
  /// Delivers such an output with the run. Call once per output.
  void add(const std::filesystem::path& output, std::string_view text);

  /// SHA-256 of the files of the run staged so far, by name, without its record.
  std::map<std::string, std::string> hashes() const;

  /// Puts everything into place. Call once, last.
  void commit();

 private:
  bool is_inside(const std::filesystem::path& output) const;

  std::filesystem::path folder_;
  NewFolder made_;  // before the lock: removed after it
  FolderLock lock_;
  std::vector<std::string> names_;  // of the run, its record last
  std::vector<std::string> added_;  // named by the user, in this folder
  std::vector<std::filesystem::path> inputs_;
  std::filesystem::path private_;
  std::vector<std::unique_ptr<AtomicFile>> elsewhere_;  // outputs in other folders
};

}  // namespace eyelid::files
