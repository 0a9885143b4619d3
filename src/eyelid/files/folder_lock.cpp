// SPDX-License-Identifier: MIT
#include "eyelid/files/folder_lock.hpp"

#include <system_error>

#include "eyelid/core/error.hpp"
#include "eyelid/files/folder.hpp"
#include "eyelid/files/write_error.hpp"

namespace eyelid::files {

namespace fs = std::filesystem;

NewFolder::NewFolder(const fs::path& folder) {
  std::error_code ignored;
  // "out/" and "out" are one folder.
  fs::path missing = folder.has_filename() ? folder : folder.parent_path();
  for (; !missing.empty() && !fs::exists(missing, ignored); missing = missing.parent_path()) {
    created_.push_back(missing);
  }
  try {
    create_folder(folder);
  } catch (...) {
    remove();
    throw;
  }
}

NewFolder::~NewFolder() { remove(); }

void NewFolder::remove() {
  std::error_code ignored;
  for (const fs::path& folder : created_) fs::remove(folder, ignored);  // unless it holds anything
}

FolderLock::FolderLock(const fs::path& folder) {
  std::error_code error;
  folder_ = platform::File::locked_folder(folder, error);
  if (!error) return;
  if (error == std::errc::operation_would_block) {
    throw WriteError(folder.string() +
                     ": another run is writing to this folder, expected one at a time");
  }
  throw WriteError(folder.string() + ": cannot be locked (" + error.message() +
                   "), expected a readable folder");
}

}  // namespace eyelid::files
