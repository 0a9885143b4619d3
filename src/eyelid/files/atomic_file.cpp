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

[[noreturn]] void fail(const std::filesystem::path& path,
                       int error,
                       const char* what = "cannot be written") {
  throw InputError(path.string() + ": " + what + " (" + std::strerror(error) +
                   "), expected a folder that takes new files and has room");
}

/// Waits until the disk has a file, or the names in a folder. Returns errno, 0 when it has.
int sync(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return errno;
  const int error = ::fsync(descriptor) != 0 ? errno : 0;
  ::close(descriptor);
  return error;
}

}  // namespace

std::filesystem::path partial_path_of(const std::filesystem::path& path) {
  EYELID_EXPECTS(!path.empty());
  std::error_code ignored;
  if (!path.has_filename() || std::filesystem::is_directory(path, ignored)) {
    fail(path, EISDIR, "is a folder");
  }
  std::string name = ".";
  name += path.filename().string();
  return path.parent_path() / (name += ".partial");
}

void commit_file(const std::filesystem::path& partial,
                 const std::filesystem::path& path,
                 Durability durability) {
  if (durability == Durability::kSync) {
    if (const int error = sync(partial); error != 0) fail(path, error);
  }
  if (std::rename(partial.c_str(), path.c_str()) != 0) fail(path, errno);
  // The file is in place; some file systems cannot sync a folder.
  if (durability == Durability::kSync) sync(path.has_parent_path() ? path.parent_path() : ".");
}

void write_file(const std::filesystem::path& path, std::string_view text, Durability durability) {
  AtomicFile file(path);
  file.write(text);
  file.commit(durability);
}

void write_file(const std::filesystem::path& path,
                std::span<const std::byte> bytes,
                Durability durability) {
  write_file(path,
             std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()),
             durability);
}

AtomicFile::AtomicFile(std::filesystem::path path)
    : path_(std::move(path)), partial_(partial_path_of(path_)) {
  file_ = ::open(partial_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file_ < 0) fail(path_, errno);
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

void AtomicFile::commit(Durability durability) {
  EYELID_EXPECTS(file_ >= 0);
  flush();
  // Network file systems report a full disk only here.
  if (::close(std::exchange(file_, -1)) != 0) fail(path_, errno);
  commit_file(partial_, path_, durability);
  partial_.clear();
}

}  // namespace eyelid::files
