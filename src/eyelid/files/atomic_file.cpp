// SPDX-License-Identifier: MIT
#include "eyelid/files/atomic_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <set>
#include <utility>

#include "eyelid/core/error.hpp"
#include "eyelid/files/output_check.hpp"
#include "eyelid/files/write_error.hpp"

namespace eyelid::files {
namespace {

namespace fs = std::filesystem;

// Tables are written cell by cell: one system call per 64 KiB, not per cell.
constexpr std::size_t kWaiting_bytes = std::size_t{1} << 16;

constexpr std::string_view kPartialSuffix = ".partial";
const std::string kPartialPrefix = ".eyelid-";

[[noreturn]] void fail(const fs::path& path, int error) {
  throw WriteError(shown_path(path).string() + ": cannot be written (" + std::strerror(error) +
                   "), expected a folder that takes new files and has room");
}

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

/// Waits until the disk has a file, or the names in a folder. Returns errno, 0 when it has.
int sync(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return errno;
  const int error = ::fsync(descriptor) != 0 ? errno : 0;
  ::close(descriptor);
  return error;
}

/// The lock tells a file that is being written from one that a killed program left behind. A file
/// system without locks has no such leftovers removed.
bool is_locked_by_us(int file) {
  return ::flock(file, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
}

void remove_if_left_behind(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (file < 0) return;
  struct stat status {};
  if (::fstat(file, &status) == 0 && S_ISREG(status.st_mode) &&
      ::flock(file, LOCK_EX | LOCK_NB) == 0) {
    ::unlink(path.c_str());
  }
  ::close(file);
}

/// Once per folder: thousands of pictures may be written to one.
void remove_leftovers(const fs::path& folder) {
  static std::mutex mutex;
  static std::set<fs::path> cleaned;
  {
    const std::lock_guard lock(mutex);
    if (!cleaned.insert(folder).second) return;
  }
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with(kPartialPrefix) && name.ends_with(kPartialSuffix)) {
      remove_if_left_behind(entry->path());
    }
  }
}

}  // namespace

void commit_file(const fs::path& partial, const fs::path& path, Durability durability) {
  if (durability == Durability::kSync) {
    if (const int error = sync(partial); error != 0) fail(path, error);
  }
  check_output(path);
  if (std::rename(partial.c_str(), path.c_str()) != 0) fail(path, errno);
  // The file is in place; some file systems cannot sync a folder.
  if (durability == Durability::kSync) sync(folder_of(path));
}

void write_file(const fs::path& path, std::string_view text, Durability durability) {
  AtomicFile file(path);
  file.write(text);
  file.commit(durability);
}

void write_file(const fs::path& path, std::span<const std::byte> bytes, Durability durability) {
  write_file(path,
             std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()),
             durability);
}

AtomicFile::AtomicFile(fs::path path) : path_(std::move(path)) {
  check_output(path_);
  remove_leftovers(folder_of(path_));
  create();
}

void AtomicFile::create() {
  for (;;) {
    partial_ =
        folder_of(path_) / (kPartialPrefix + unpredictable_letters() + std::string(kPartialSuffix));
    file_ = ::open(partial_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (file_ < 0 && errno == EEXIST) continue;
    if (file_ < 0) fail(path_, errno);
    if (is_locked_by_us(file_)) return;
    // Another program took it for a leftover before it was locked.
    ::close(std::exchange(file_, -1));
  }
}

AtomicFile::~AtomicFile() {
  if (file_ >= 0) ::close(file_);
  if (!partial_.empty()) ::unlink(partial_.c_str());
}

void AtomicFile::write(std::string_view text) {
  write(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

void AtomicFile::write(std::span<const std::uint8_t> bytes) {
  EYELID_EXPECTS(file_ >= 0);
  const std::int64_t waiting_end = waiting_offset_ + std::ssize(waiting_);
  if (position_ != waiting_end || waiting_.size() + bytes.size() > kWaiting_bytes) {
    flush();
    waiting_offset_ = position_;
  }
  if (bytes.size() > kWaiting_bytes) {
    write_out(bytes.data(), bytes.size(), position_);
    waiting_offset_ = position_ + std::ssize(bytes);
  } else {
    waiting_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  position_ += std::ssize(bytes);
  size_ = std::max(size_, position_);
}

void AtomicFile::flush() {
  write_out(
      reinterpret_cast<const std::uint8_t*>(waiting_.data()), waiting_.size(), waiting_offset_);
  waiting_.clear();
}

void AtomicFile::write_out(const std::uint8_t* bytes, std::size_t count, std::int64_t offset) {
  while (count > 0) {
    const ssize_t written = ::pwrite(file_, bytes, count, offset);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail(path_, written < 0 ? errno : ENOSPC);
    bytes += written;
    count -= static_cast<std::size_t>(written);
    offset += written;
  }
}

void AtomicFile::complete() {
  EYELID_EXPECTS(file_ >= 0);
  flush();
  // Network file systems report a full disk only when a file is closed, and the lock must last
  // until it has its name.
  const int copy = ::dup(file_);
  if (copy < 0 || ::close(copy) != 0) fail(path_, errno);
}

void AtomicFile::commit(Durability durability) {
  complete();
  commit_file(partial_, path_, durability);
  partial_.clear();
  ::close(std::exchange(file_, -1));
}

}  // namespace eyelid::files
