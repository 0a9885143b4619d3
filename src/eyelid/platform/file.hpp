// SPDX-License-Identifier: MIT
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <span>
#include <system_error>
#include <utility>

namespace eyelid::platform {

/// Device and number: one file has one, whatever its names.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t number = 0;
  auto operator<=>(const FileIdentity&) const = default;
};

struct FileStatus {
  std::filesystem::file_type type = std::filesystem::file_type::unknown;
  std::int64_t size = 0;  // bytes
  FileIdentity identity;
};

enum class Opening {
  kRead,            // whatever has the name; the writer of a pipe is not waited for
  kReadWrite,       // what is there, but no link
  kNew,             // a new file, to read and write; std::errc::file_exists where the name is taken
  kReadWriteOrNew,  // either of the two above; only its owner may write to a new one
};

/// An open file, closed with the object; empty by default. Programs that this one starts do not
/// inherit it. While it is open, it may be renamed or removed.
///
/// Errors: what the system said, in std::error_code; its message() is the system's sentence.
/// Interrupted calls are repeated. Threads: one at a time; read_at() from several at once.
class File {
 public:
  File() = default;
  /// Empty, and `error` set, where the system refuses.
  File(const std::filesystem::path& path, Opening opening, std::error_code& error);
  /// A folder that is held: std::errc::operation_would_block where another File, of any program of
  /// this machine, holds it. Files in it are made, renamed, and removed as ever. Only close().
  static File locked_folder(const std::filesystem::path& folder, std::error_code& error);
  ~File() { close(); }
  File(File&& other) noexcept : handle_(std::exchange(other.handle_, kNone)) {}
  File& operator=(File&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }

  bool is_open() const { return handle_ != kNone; }
  void close();

  FileStatus status(std::error_code& error) const;
  /// The next bytes, at most as many as fit; 0 at the end of the file, and with an error.
  std::size_t read(std::span<std::byte> bytes, std::error_code& error);
  /// The bytes from `offset`, at most as many as fit; 0 as above.
  std::size_t read_at(std::int64_t offset,
                      std::span<std::byte> bytes,
                      std::error_code& error) const;
  /// Writes all bytes. Returns how many went to the system: fewer with an error.
  std::size_t write_at(std::int64_t offset,
                       std::span<const std::byte> bytes,
                       std::error_code& error);
  std::error_code truncate();
  /// What closing the file would report: on network file systems, a disk that is full.
  std::error_code delayed_error() const;

  /// Without waiting: std::errc::operation_would_block where another File, of any program, holds
  /// the lock. It binds only those who ask for it, and ends with the File.
  std::error_code try_lock();

 private:
  static constexpr std::intptr_t kNone = -1;
  std::intptr_t handle_ = kNone;  // descriptor, or Windows' HANDLE
};

/// Links are followed; absent where nothing is there that this program may look at.
std::optional<FileIdentity> identity_of(const std::filesystem::path& path);

/// Renames a file, replacing one that is there: at every moment, `to` is the old file or the new
/// one, whole. Both on one file system.
std::error_code rename_file(const std::filesystem::path& from, const std::filesystem::path& to);

/// Waits until the disk has a file, or the names in a folder.
std::error_code sync(const std::filesystem::path& path);

/// Whether this program may create files in a folder.
std::error_code check_takes_files(const std::filesystem::path& folder);

/// A stream to read and write over a new file in `folder` that has no name, so that the system
/// reclaims it however the program ends. Null, and `error` set, where the system refuses.
std::FILE* open_unnamed(const std::filesystem::path& folder, std::error_code& error);

}  // namespace eyelid::platform
