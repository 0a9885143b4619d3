// SPDX-License-Identifier: MIT
#include "eyelid/video/byte_stream.hpp"

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
  std::error_code error;
  file_ = platform::File(path, platform::Opening::kRead, error);
  if (error) {
    throw ReadError(name + ": cannot be opened (" + error.message() +
                    "), expected a readable file");
  }
  const platform::FileStatus status = file_.status(error);
  if (error || status.type != std::filesystem::file_type::regular) {
    throw InputError(name + ": not a regular file, expected a video or picture file");
  }
  if (status.size == 0) {
    throw InputError(name + ": the file is empty (0 bytes), expected a video or picture file");
  }
  size_ = status.size;
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
  if (file_.is_open()) {
    std::error_code error;
    const std::size_t count = file_.read_at(offset, std::as_writable_bytes(target), error);
    if (!error) return static_cast<std::int64_t>(count);
    if (!read_error_) read_error_ = error;
    return AVERROR(error.default_error_condition().value());
  }
  const std::int64_t got = std::clamp<std::int64_t>(size_ - offset, 0, std::ssize(target));
  if (got > 0) std::memcpy(target.data(), memory_.data() + offset, static_cast<std::size_t>(got));
  return got;
}

void ByteStream::check_reads(const std::string& name) const {
  if (!read_error_) return;
  throw ReadError(name + ": cannot be read to its end (" + read_error_.message() +
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
