// SPDX-License-Identifier: MIT
#pragma once

extern "C" {
#include <libavformat/avio.h>
}

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <system_error>

#include "eyelid/platform/file.hpp"

namespace eyelid::video {

/// Bytes of one local file (or of memory) as FFmpeg reads them.
///
/// FFmpeg never sees the name, so that "concat:", "http://...", or "%d" in it have no meaning.
/// Reading stops permanently after stop(), or if far more was read than the file holds without
/// note_progress() in between: a file whose tables point back at themselves cannot hang the reader.
///
/// Threads: stop() from any; the rest from the reading thread.
class ByteStream {
 public:
  /// Throws ReadError for a file that is absent or not readable, InputError for one that is empty
  /// or not a regular file.
  explicit ByteStream(const std::filesystem::path& path);
  /// The bytes must outlive the stream.
  explicit ByteStream(std::span<const std::uint8_t> bytes);
  ~ByteStream();
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;

  AVIOContext* context() { return context_; }
  std::int64_t size() const { return size_; }
  /// Throws ReadError, which begins with `name`, if the system has refused any read so far.
  void check_reads(const std::string& name) const;
  /// Independent of FFmpeg's reading: fills `target` from `offset` and returns how many bytes there
  /// were.
  std::size_t read_at(std::int64_t offset, std::span<std::uint8_t> target) const;
  /// Back to the first byte, as if freshly opened.
  void rewind();
  /// A packet was delivered: the reader is making progress.
  void note_progress() { bytes_without_progress_ = 0; }
  bool was_stalled() const { return was_stalled_; }

  void stop() { is_stopped_ = true; }
  bool is_stopped() const { return is_stopped_; }

 private:
  void make_context();
  std::int64_t read_bytes(std::int64_t offset, std::span<std::uint8_t> target) const;
  int read(std::uint8_t* target, int count);
  std::int64_t seek(std::int64_t offset, int whence);

  platform::File file_;
  std::span<const std::uint8_t> memory_;
  std::int64_t size_ = 0;
  std::int64_t position_ = 0;
  std::int64_t bytes_without_progress_ = 0;
  bool was_stalled_ = false;
  mutable std::error_code read_error_;  // of the first refused read
  std::atomic<bool> is_stopped_{false};
  AVIOContext* context_ = nullptr;
};

}  // namespace eyelid::video
