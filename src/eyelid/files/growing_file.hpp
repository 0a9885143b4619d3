// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

#include "eyelid/platform/file.hpp"

namespace eyelid::files {

/// A file that has its name from the first byte, and keeps what it holds however the program ends:
/// for what a running camera shows, which cannot be made again. Other files: AtomicFile.
///
/// Every write() is with the system when it returns. Errors: InputError naming the file, the
/// system's reason and what was expected, from every member that writes; the constructor also where
/// the name is taken. Threads: one at a time.
class GrowingFile {
 public:
  explicit GrowingFile(std::filesystem::path path);

  void write(std::span<const std::uint8_t> bytes);
  void write(std::string_view text);
  /// Where the next write() goes, from the start of the file; for formats that patch their header.
  void seek(std::int64_t offset) { position_ = offset; }
  std::int64_t position() const { return position_; }
  std::int64_t size() const { return size_; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  platform::File file_;
  std::int64_t position_ = 0;
  std::int64_t size_ = 0;
};

}  // namespace eyelid::files
