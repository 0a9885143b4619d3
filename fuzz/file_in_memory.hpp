// SPDX-License-Identifier: MIT
#pragma once

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace eyelid::fuzz {

/// The bytes as a file in memory, for parsers that take a path; one file per process, written
/// again by every call and removed at the end.
inline const std::filesystem::path& file_in_memory(const std::uint8_t* data,
                                                   std::size_t size,
                                                   const char* extension) {
  // Never destroyed: it is used at the very end.
  static const std::filesystem::path& folder = *[] {
    std::string name = "/dev/shm/eyelid-fuzz-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) std::abort();
    std::atexit([] { std::filesystem::remove_all(folder); });
    return new std::filesystem::path(name);
  }();
  static std::filesystem::path file;
  file = folder / (std::string("fuzz") + extension);
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  return file;
}

}  // namespace eyelid::fuzz
