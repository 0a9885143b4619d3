// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace eyelid::files {

/// One file inside this program: a model, a page of a report, a table. Generated tables
/// (cmake/embed_files.cmake) are made of these.
struct EmbeddedFile {
  const char* name;
  const std::byte* begin;
  const std::byte* end;

  std::span<const std::byte> bytes() const { return {begin, end}; }
  std::string_view text() const {
    return {reinterpret_cast<const char*>(begin), static_cast<std::size_t>(end - begin)};
  }
};

/// The text of the file `name` in a generated table. Throws ContractError if there is none.
std::string_view embedded_text(std::span<const EmbeddedFile> files, std::string_view name);

}  // namespace eyelid::files
