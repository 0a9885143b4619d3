// SPDX-License-Identifier: MIT
#include "eyelid/files/folder_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
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
  for (const fs::path& folder : created_)
    ::rmdir(folder.c_str());  // refuses one that holds anything
}

FolderLock::FolderLock(const fs::path& folder)
    : folder_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (folder_ >= 0 && ::flock(folder_, LOCK_EX | LOCK_NB) == 0) return;
  const int reason = errno;
  if (folder_ >= 0) ::close(folder_);
  if (reason == EWOULDBLOCK) {
    throw WriteError(folder.string() +
                     ": another run is writing to this folder, expected one at a time");
  }
  throw WriteError(folder.string() + ": cannot be locked (" +
                   std::generic_category().message(reason) + "), expected a readable folder");
}

FolderLock::~FolderLock() { ::close(folder_); }

}  // namespace eyelid::files
