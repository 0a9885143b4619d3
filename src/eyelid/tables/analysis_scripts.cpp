// SPDX-License-Identifier: MIT
#include "eyelid/tables/analysis_scripts.hpp"

#include <span>

#include "eyelid/files/embedded_files.hpp"

namespace eyelid::files {
std::span<const EmbeddedFile> analysis_files();  // generated: cmake/embed_files.cmake
}  // namespace eyelid::files

namespace eyelid::tables {

std::string_view analysis_script(std::string_view name) {
  return files::embedded_text(files::analysis_files(), name);
}

}  // namespace eyelid::tables
