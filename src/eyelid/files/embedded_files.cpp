// SPDX-License-Identifier: MIT
#include "eyelid/files/embedded_files.hpp"

#include <string>

#include "eyelid/core/error.hpp"

namespace eyelid::files {

std::string_view embedded_text(std::span<const EmbeddedFile> files, std::string_view name) {
  for (const EmbeddedFile& file : files) {
    if (file.name == name) return file.text();
  }
  throw ContractError("embedded file " + std::string(name) + " is not in CMakeLists.txt");
}

}  // namespace eyelid::files
