// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace eyelid::files {

/// A file that appears under its name only when it is whole.
///
/// Bytes go to `.NAME.partial` in the same folder; commit() renames it to NAME, replacing what was
/// there. Without commit() the destructor removes it and leaves the old NAME alone.
///
/// Errors: InputError naming the file, the system's reason and what was expected, from every
/// member that writes.
/// Threads: one at a time; one writer per name.
class AtomicFile {
 public:
  enum class Durability {
    kRename,  // survives a crash of the program
    kSync,    // and of the machine: waits for the disk
  };

  explicit AtomicFile(std::filesystem::path path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::span<const std::uint8_t> bytes);
  void write(std::string_view text);
  /// Where the next write() goes, from the start of the file; for formats that patch their head.
  void seek(std::int64_t offset) { position_ = offset; }
  std::int64_t position() const { return position_; }
  std::int64_t size() const { return size_; }

  /// Gives the file its name. To be called once, last.
  void commit(Durability durability = Durability::kRename);

  const std::filesystem::path& path() const { return path_; }

 private:
  void write_out(const std::uint8_t* bytes, std::size_t count, std::int64_t offset);
  void flush();
  [[noreturn]] void fail(const std::string& what, int error) const;

  std::filesystem::path path_;
  std::filesystem::path partial_;
  int file_ = -1;
  std::int64_t position_ = 0;
  std::int64_t size_ = 0;
  std::string waiting_;              // written, not yet handed to the system
  std::int64_t waiting_offset_ = 0;  // where it belongs
};

}  // namespace eyelid::files
