// SPDX-License-Identifier: MIT
#include "eyelid/download/part_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/files/atomic_file.hpp"
#include "eyelid/files/sha256.hpp"

namespace eyelid::download {

PartFile::PartFile(std::filesystem::path final_path)
    : final_path_(std::move(final_path)), path_(final_path_.string() + ".part") {
  for (;;) {
    file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (file_ < 0) fail("open");
    if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
      const int reason = errno;
      ::close(file_);
      file_ = -1;
      if (reason == EWOULDBLOCK) {
        throw InputError(path_.string() + ": another process is downloading it, expected no other");
      }
      errno = reason;
      fail("lock");
    }
    // Between opening and locking, its owner may have renamed it: never write to the final file.
    struct stat opened = {}, named = {};
    const bool is_known = ::fstat(file_, &opened) == 0 && ::stat(path_.c_str(), &named) == 0;
    if (is_known && opened.st_ino == named.st_ino && opened.st_dev == named.st_dev) {
      size_ = static_cast<std::uint64_t>(opened.st_size);
      return;
    }
    ::close(file_);
    file_ = -1;
  }
}

PartFile::~PartFile() {
  if (file_ >= 0) ::close(file_);
}

void PartFile::append(const void* bytes, std::size_t count) {
  const auto* next = static_cast<const char*>(bytes);
  while (count > 0) {
    const ssize_t written = ::pwrite(file_, next, count, static_cast<off_t>(size_));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail("write");
    next += written;
    count -= static_cast<std::size_t>(written);
    size_ += static_cast<std::uint64_t>(written);
  }
}

void PartFile::clear() {
  if (::ftruncate(file_, 0) != 0) fail("truncate");
  size_ = 0;
}

void PartFile::remove() { ::unlink(path_.c_str()); }

std::string PartFile::sha256() const {
  std::vector<std::byte> bytes(size_);
  std::size_t read = 0;
  while (read < bytes.size()) {
    const ssize_t count =
        ::pread(file_, bytes.data() + read, bytes.size() - read, static_cast<off_t>(read));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) fail("read");
    read += static_cast<std::size_t>(count);
  }
  return files::sha256_hex(bytes);
}

void PartFile::commit() { files::commit_file(path_, final_path_, files::Durability::kSync); }

void PartFile::fail(const char* what) const {
  const std::string reason = std::strerror(errno);
  throw InputError(path_.string() + ": cannot " + what + " (" + reason +
                   "), expected a folder with free space");
}

}  // namespace eyelid::download
