// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace eyelid::inference {

/// The bytes of a model inside this program, by its file name in models/ ("landmarks.safetensors").
/// Empty when there is none of this name. Aligned to 64 bytes; valid for the life of the program.
std::span<const std::byte> embedded_model(std::string_view name);

/// Names of all embedded models, in the order of models/CMakeLists.txt.
std::vector<std::string_view> embedded_model_names();

/// One embedded file; the generated tables (cmake/embed_files.cmake) are made of these.
struct EmbeddedFile {
  const char* name;
  const std::byte* begin;
  const std::byte* end;

  std::span<const std::byte> bytes() const { return {begin, end}; }
};

/// The text of the file `name` of a generated table. Throws ContractError where there is none.
std::string_view embedded_text(std::span<const EmbeddedFile> files, std::string_view name);

}  // namespace eyelid::inference
