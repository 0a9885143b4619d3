// SPDX-License-Identifier: MIT
#include "eyelid/model_files/embedded_models.hpp"

#include "eyelid/files/embedded_files.hpp"

namespace eyelid::files {
std::span<const EmbeddedFile> embedded_model_files();  // generated from models/CMakeLists.txt
}  // namespace eyelid::files

namespace eyelid::model_files {

std::span<const std::byte> embedded_model(std::string_view name) {
  for (const files::EmbeddedFile& file : files::embedded_model_files()) {
    if (file.name == name) return file.bytes();
  }
  return {};
}

std::vector<std::string_view> embedded_model_names() {
  std::vector<std::string_view> names;
  for (const files::EmbeddedFile& file : files::embedded_model_files())
    names.emplace_back(file.name);
  return names;
}

}  // namespace eyelid::model_files
