// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "eyelid/core/error.hpp"
#include "temporary_folder.hpp"

namespace eyelid::imports {

/// A file of these bytes in a folder of its own, removed at the end.
class FileOf {
 public:
  FileOf(const std::string& name, const std::string& bytes) : path_(folder_.path() / name) {
    std::ofstream(path_, std::ios::binary) << bytes;
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  testing::TemporaryFolder folder_;
  std::filesystem::path path_;
};

/// The message of the InputError that `action` throws, without the folder; "" when it does not.
template <class Action>
std::string error_of(Action action) {
  try {
    action();
  } catch (const InputError& error) {
    const std::string text = error.what();
    const std::size_t colon = text.find(": ");
    const std::size_t slash = text.rfind('/', colon);
    return slash == std::string::npos ? text : text.substr(slash + 1);
  }
  return "";
}

}  // namespace eyelid::imports
