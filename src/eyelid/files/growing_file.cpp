// SPDX-License-Identifier: MIT
#include "eyelid/files/growing_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "eyelid/core/error.hpp"
#include "eyelid/files/output_check.hpp"
#include "eyelid/files/write_error.hpp"

namespace eyelid::files {
namespace {

[[noreturn]] void fail_to_grow(const std::filesystem::path& path, int error) {
  throw WriteError(shown_path(path).string() + ": cannot be written (" + std::strerror(error) +
                   "), expected a new file in a folder that has room");
}

}  // namespace

GrowingFile::GrowingFile(std::filesystem::path path) : path_(std::move(path)) {
  file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (file_ < 0) fail_to_grow(path_, errno);
}

GrowingFile::~GrowingFile() { ::close(file_); }

void GrowingFile::write(std::string_view text) {
  write(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

void GrowingFile::write(std::span<const std::uint8_t> bytes) {
  const std::uint8_t* next = bytes.data();
  std::size_t left = bytes.size();
  while (left > 0) {
    const ssize_t written = ::pwrite(file_, next, left, position_);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail_to_grow(path_, written < 0 ? errno : ENOSPC);
    next += written;
    left -= static_cast<std::size_t>(written);
    position_ += written;
  }
  size_ = std::max(size_, position_);
}

}  // namespace eyelid::files
