// SPDX-License-Identifier: MIT
#include "eyelid/files/folder.hpp"

#include <system_error>

#include "eyelid/core/error.hpp"
#include "eyelid/files/write_error.hpp"

namespace eyelid::files {

void create_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error && std::filesystem::is_directory(folder)) return;
  throw WriteError(folder.string() + ": cannot create folder (" +
                   (error ? error.message() : "it is a file") +
                   "), expected a folder or a place for a new one");
}

}  // namespace eyelid::files
