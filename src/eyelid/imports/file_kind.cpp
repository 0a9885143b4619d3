// SPDX-License-Identifier: MIT
#include "eyelid/imports/file_kind.hpp"

#include <array>

#include "eyelid/files/input_file.hpp"

namespace eyelid::imports {

FileKind kind_of(const std::filesystem::path& path, std::string_view expected) {
  std::array<char, 512> bytes{};
  files::InputFile file(path, expected);
  std::size_t size = 0;
  while (size < bytes.size()) {
    const std::size_t count = file.read(std::span(bytes).subspan(size));
    if (count == 0) break;
    size += count;
  }
  const std::string_view head(bytes.data(), size);
  if (head.starts_with("MATLAB 5.0 MAT-file") || head.starts_with("MATLAB 7.3 MAT-file")) {
    return FileKind::Mat;
  }
  if (head.starts_with("\x89HDF\r\n\x1a\n")) return FileKind::Hdf5;
  const bool is_utf16 = head.starts_with("\xFF\xFE") || head.starts_with("\xFE\xFF");
  return is_utf16 || head.find('\0') == std::string_view::npos ? FileKind::Text : FileKind::Other;
}

}  // namespace eyelid::imports
