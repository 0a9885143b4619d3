// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <vector>

#include "eyelid/platform/file.hpp"

namespace eyelid::files {

/// Creates a folder with its parents unless it exists; without keep() the destructor removes what
/// it created, as far as that is empty.
///
/// Errors: InputError naming the folder and the system's reason.
class NewFolder {
 public:
  explicit NewFolder(const std::filesystem::path& folder);
  ~NewFolder();
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;

  void keep() { created_.clear(); }

 private:
  void remove();

  std::vector<std::filesystem::path> created_;  // innermost first
};

/// Holds a folder for one writer, until it is destroyed or the program ends, however it ends.
///
/// The lock is on the folder itself and leaves no file. On network file systems it keeps apart the
/// programs of one machine only.
/// Errors: WriteError when another program, or another FolderLock of this one, holds the folder.
class FolderLock {
 public:
  explicit FolderLock(const std::filesystem::path& folder);

 private:
  platform::File folder_;
};

}  // namespace eyelid::files
