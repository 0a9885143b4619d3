// SPDX-License-Identifier: MIT
#include "eyelid/files/atomic_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "eyelid/core/error.hpp"

namespace eyelid::files {
namespace {

// Tables are written cell by cell: one system call per 64 KiB, not per cell.
constexpr std::size_t kWaiting_bytes = std::size_t{1} << 16;

void sync_folder_of(const std::filesystem::path& path) {
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

}  // namespace

AtomicFile::AtomicFile(std::filesystem::path path) : path_(std::move(path)) {
  EYELID_EXPECTS(path_.has_filename());
  std::string name = ".";
  name += path_.filename().string();
  partial_ = path_.parent_path() / (name += ".partial");
  std::error_code ignored;
  if (std::filesystem::is_directory(path_, ignored)) fail("is a folder", EISDIR);
  file_ = ::open(partial_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file_ < 0) fail("cannot be written", errno);
}

AtomicFile::~AtomicFile() {
  if (file_ < 0) return;
  ::close(file_);
  ::unlink(partial_.c_str());
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
    if (written <= 0) fail("cannot be written", written < 0 ? errno : ENOSPC);
    bytes += written;
    count -= static_cast<std::size_t>(written);
    offset += written;
  }
}

void AtomicFile::commit(Durability durability) {
  EYELID_EXPECTS(file_ >= 0);
  flush();
  if (durability == Durability::kSync && ::fsync(file_) != 0) fail("cannot be written", errno);
  // Network file systems tell of a full disk only here.
  const int closed = ::close(std::exchange(file_, -1));
  if (closed != 0 || std::rename(partial_.c_str(), path_.c_str()) != 0) {
    const int error = errno;
    ::unlink(partial_.c_str());
    fail("cannot be written", error);
  }
  if (durability == Durability::kSync) sync_folder_of(path_);
}

void AtomicFile::fail(const std::string& what, int error) const {
  throw InputError(path_.string() + ": " + what + " (" + std::strerror(error) +
                   "), expected a folder that takes new files and has room");
}

}  // namespace eyelid::files
