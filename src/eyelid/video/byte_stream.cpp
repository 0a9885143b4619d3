// SPDX-License-Identifier: MIT
#include "eyelid/video/byte_stream.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <new>
#include <string>

extern "C" {
#include <libavutil/error.h>
#include <libavutil/mem.h>
}

#include "eyelid/core/error.hpp"
#include "eyelid/video/read_error.hpp"

namespace eyelid::video {
namespace {
constexpr int kBufferBytes = 1 << 16;
// Demuxers jump between tables and samples and read the same blocks a few times; eight times the
// whole file between two packets is never needed.
constexpr std::int64_t kStallFactor = 8;
constexpr std::int64_t kStallFloor_bytes = std::int64_t{64} << 20;
}  // namespace

ByteStream::ByteStream(const std::filesystem::path& path) {
  const std::string name = path.string();
  // Non-blocking: opening a named pipe must not wait for a writer.
  file_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file_ < 0) {
    throw ReadError(name + ": cannot be opened (" + std::strerror(errno) +
                    "), expected a readable file");
  }
  struct stat status {};
  const bool is_known = ::fstat(file_, &status) == 0;
  std::string problem;
  if (!is_known || !S_ISREG(status.st_mode)) {
    problem = ": not a regular file, expected a video or picture file";
  } else if (status.st_size == 0) {
    problem = ": the file is empty (0 bytes), expected a video or picture file";
  }
  if (!problem.empty()) {
    ::close(file_);
    throw InputError(name + problem);
  }
  size_ = status.st_size;
  make_context();
}

ByteStream::ByteStream(std::span<const std::uint8_t> bytes)
    : memory_(bytes), size_(static_cast<std::int64_t>(bytes.size())) {
  make_context();
}

ByteStream::~ByteStream() {
  if (context_ != nullptr) {
    av_freep(&context_->buffer);
    avio_context_free(&context_);
  }
  if (file_ >= 0) ::close(file_);
}

void ByteStream::make_context() {
  auto* buffer = static_cast<unsigned char*>(av_malloc(kBufferBytes));
  if (buffer != nullptr) {
    context_ = avio_alloc_context(
        buffer,
        kBufferBytes,
        0,
        this,
        [](void* self, std::uint8_t* target, int count) {
          return static_cast<ByteStream*>(self)->read(target, count);
        },
        nullptr,
        [](void* self, std::int64_t offset, int whence) {
          return static_cast<ByteStream*>(self)->seek(offset, whence);
        });
  }
  if (context_ == nullptr) {
    av_free(buffer);
    if (file_ >= 0) ::close(file_);
    throw std::bad_alloc();
  }
}

void ByteStream::rewind() {
  if (context_ != nullptr) {
    av_freep(&context_->buffer);
    avio_context_free(&context_);
  }
  position_ = 0;
  bytes_without_progress_ = 0;
  make_context();
}

/// Bytes read, or a negative error code of FFmpeg.
std::int64_t ByteStream::read_bytes(std::int64_t offset, std::span<std::uint8_t> target) const {
  std::int64_t got = 0;
  if (file_ >= 0) {
    do {
      got = ::pread(file_, target.data(), target.size(), offset);
    } while (got < 0 && errno == EINTR);
    if (got >= 0) return got;
    if (read_error_ == 0) read_error_ = errno;
    return AVERROR(errno);
  }
  got = std::clamp<std::int64_t>(size_ - offset, 0, std::ssize(target));
  if (got > 0) std::memcpy(target.data(), memory_.data() + offset, static_cast<std::size_t>(got));
  return got;
}

void ByteStream::check_reads(const std::string& name) const {
  if (read_error_ == 0) return;
  throw ReadError(name + ": cannot be read to its end (" + std::strerror(read_error_) +
                  "), expected a readable file");
}

std::size_t ByteStream::read_at(std::int64_t offset, std::span<std::uint8_t> target) const {
  return static_cast<std::size_t>(std::max<std::int64_t>(read_bytes(offset, target), 0));
}

int ByteStream::read(std::uint8_t* target, int count) {
  if (is_stopped_) return AVERROR_EXIT;
  if (bytes_without_progress_ > size_ * kStallFactor + kStallFloor_bytes) {
    was_stalled_ = true;
    return AVERROR_EXIT;
  }
  const std::int64_t got = read_bytes(position_, {target, static_cast<std::size_t>(count)});
  if (got < 0) return static_cast<int>(got);
  position_ += got;
  // A read costs at least one block, so that endless one-byte reads run out as well.
  bytes_without_progress_ += std::max<std::int64_t>(got, 4096);
  return got == 0 ? AVERROR_EOF : static_cast<int>(got);
}

std::int64_t ByteStream::seek(std::int64_t offset, int whence) {
  if ((whence & AVSEEK_SIZE) != 0) return size_;
  std::int64_t target = offset;
  if ((whence & ~AVSEEK_FORCE) == SEEK_CUR) target += position_;
  if ((whence & ~AVSEEK_FORCE) == SEEK_END) target += size_;
  if (target < 0) return AVERROR(EINVAL);
  position_ = target;
  return position_;
}

}  // namespace eyelid::video
