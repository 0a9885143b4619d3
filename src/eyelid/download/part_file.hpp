// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>

#include "eyelid/platform/file.hpp"

namespace eyelid::download {

/// A file that is being downloaded: `<final name>.part`, ours alone while the object lives.
///
/// Unlike files::AtomicFile it stays when the download is interrupted, so that the next one
/// resumes; hence the lock.
class PartFile {
 public:
  /// Opens or creates it. Throws InputError if it cannot be written, or another process has it.
  explicit PartFile(std::filesystem::path final_path);

  std::uint64_t size() const { return size_; }
  /// Throws InputError if the disk is full.
  void append(const void* bytes, std::size_t count);
  void clear();
  void remove();
  std::string sha256() const;
  /// Waits for the disk, then gives the file its final name. Errors: as files::commit_file().
  void commit();
  const std::filesystem::path& path() const { return path_; }

 private:
  [[noreturn]] void fail(const char* what, const std::error_code& error) const;

  std::filesystem::path final_path_;
  std::filesystem::path path_;
  platform::File file_;
  std::uint64_t size_ = 0;
};

}  // namespace eyelid::download
