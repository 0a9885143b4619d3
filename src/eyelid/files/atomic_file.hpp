// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "eyelid/platform/file.hpp"

namespace eyelid::files {

/// What a committed file survives.
enum class Durability {
  kRename,  // a crash of the program
  kSync,    // and of the machine; waits for the disk
};

/// Renames a complete file to `path` on the same file system, replacing a regular file; a reader
/// sees the old file or the whole new one. For files that outlive a failure; others use AtomicFile.
/// Errors: as check_output(), and InputError naming `path` and the system's reason; `partial`
/// stays.
void commit_file(const std::filesystem::path& partial,
                 const std::filesystem::path& path,
                 Durability durability = Durability::kRename);

/// Writes a whole file at once, as an AtomicFile. Errors: as AtomicFile.
void write_file(const std::filesystem::path& path,
                std::string_view text,
                Durability durability = Durability::kRename);
void write_file(const std::filesystem::path& path,
                std::span<const std::byte> bytes,
                Durability durability = Durability::kRename);

/// A file that appears under its name only when it is whole.
///
/// Bytes go to a new file of an unforeseeable name in the same folder; commit() renames it, and a
/// reader sees the old file or the whole new one. Without commit() the destructor removes it and
/// leaves the old file alone. What killed programs left in the folder is removed.
///
/// Errors: WriteError naming the file, the system's reason and what was expected, from every
/// member that writes; the constructor also as check_output().
/// Threads: one at a time. Writers of one name do not disturb each other: the last one counts.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::span<const std::uint8_t> bytes);
  void write(std::string_view text);
  /// Where the next write() goes, from the start of the file; for formats that patch their header.
  void seek(std::int64_t offset) { position_ = offset; }
  std::int64_t position() const { return position_; }
  std::int64_t size() const { return size_; }

  /// Everything is with the system: all that can still fail is the renaming. Nothing is written
  /// after it.
  void complete();
  /// Completes the file and gives it its name. Call once, last.
  void commit(Durability durability = Durability::kRename);

  const std::filesystem::path& path() const { return path_; }  // once committed

 private:
  void create();
  void write_out(std::span<const std::byte> bytes, std::int64_t offset);
  void flush();

  std::filesystem::path path_;
  std::filesystem::path partial_;  // empty once committed
  platform::File file_;
  std::int64_t position_ = 0;
  std::int64_t size_ = 0;
  std::string waiting_;              // written, but not yet passed to the system
  std::int64_t waiting_offset_ = 0;  // where it belongs
};

}  // namespace eyelid::files
