// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace eyelid::files {

/// What a committed file survives.
enum class Durability {
  kRename,  // a crash of the program
  kSync,    // and of the machine; waits for the disk
};

/// `.NAME.partial` in the folder of `path`: where a file is written before it is whole.
/// Errors: InputError when `path` is a folder.
std::filesystem::path partial_path_of(const std::filesystem::path& path);

/// Renames a complete file to `path` in the same folder, replacing what was there; a reader sees
/// the old file or the whole new one. For files that another library writes; others use AtomicFile.
/// Errors: InputError naming `path`, the system's reason and what was expected; `partial` stays.
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
/// Bytes go to partial_path_of(path); commit() renames it. Without commit() the destructor removes
/// it and leaves the old file alone.
///
/// Errors: InputError naming the file, the system's reason and what was expected, from every
/// member that writes.
/// Threads: one at a time; one writer per name.
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

  /// Gives the file its name. Call once, last.
  void commit(Durability durability = Durability::kRename);

  const std::filesystem::path& path() const { return path_; }

 private:
  void write_out(const std::uint8_t* bytes, std::size_t count, std::int64_t offset);
  void flush();

  std::filesystem::path path_;
  std::filesystem::path partial_;  // empty once committed
  int file_ = -1;
  std::int64_t position_ = 0;
  std::int64_t size_ = 0;
  std::string waiting_;              // written, but not yet passed to the system
  std::int64_t waiting_offset_ = 0;  // where it belongs
};

}  // namespace eyelid::files
