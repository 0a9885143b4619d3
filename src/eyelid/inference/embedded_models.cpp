// SPDX-License-Identifier: MIT
#include "eyelid/inference/embedded_models.hpp"

#include <string>

#include "eyelid/core/error.hpp"

namespace eyelid::inference {

// Generated from models/CMakeLists.txt.
std::span<const EmbeddedFile> embedded_model_files();

std::span<const std::byte> embedded_model(std::string_view name) {
  for (const EmbeddedFile& file : embedded_model_files()) {
    if (file.name == name) return file.bytes();
  }
  return {};
}

std::vector<std::string_view> embedded_model_names() {
  std::vector<std::string_view> names;
  for (const EmbeddedFile& file : embedded_model_files()) names.emplace_back(file.name);
  return names;
}

std::string_view embedded_text(std::span<const EmbeddedFile> files, std::string_view name) {
  for (const EmbeddedFile& file : files) {
    if (file.name != name) continue;
    return {reinterpret_cast<const char*>(file.begin),
            static_cast<std::size_t>(file.end - file.begin)};
  }
  throw ContractError("embedded file " + std::string(name) + " is not in CMakeLists.txt");
}

}  // namespace eyelid::inference
