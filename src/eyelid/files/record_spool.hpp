// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>
#include <type_traits>

#include "eyelid/core/error.hpp"

namespace eyelid::files {

/// The bytes under a RecordSpool: a file without a name in `folder`, so that the system reclaims it
/// however the program ends. First all writes, then reads.
class UnnamedFile {
 public:
  explicit UnnamedFile(std::filesystem::path folder);

  void append(const void* bytes, std::size_t count);
  void read(std::int64_t offset, void* bytes, std::size_t count);

 private:
  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  [[noreturn]] void fail(const char* action, const std::error_code& error) const;

  std::filesystem::path folder_;
  std::unique_ptr<std::FILE, Closer> file_;
  std::int64_t position_ = -1;  // of the next byte read without seeking; -1: nothing read yet
};

/// Records of a recording of any length, kept in a temporary file so that memory does not grow with
/// it. Use: append() all, then next() from the first on, as often as rewind() is called, or read().
///
/// Threads: one at a time. Errors: InputError naming the folder when the file cannot be created,
/// written (disk full; the last buffer shows it at the first reading) or read back.
template <class Record>
class RecordSpool {
  static_assert(std::is_trivially_copyable_v<Record>);

 public:
  explicit RecordSpool(std::filesystem::path folder) : file_(std::move(folder)) {}

  void append(const Record& record) {
    EYELID_EXPECTS(!is_reading_);
    file_.append(&record, sizeof record);
    ++size_;
  }
  std::int64_t size() const { return size_; }

  /// Record number `index`, in 0 .. size() - 1.
  Record read(std::int64_t index) {
    EYELID_EXPECTS(index >= 0 && index < size_);
    is_reading_ = true;
    Record record;
    file_.read(index * static_cast<std::int64_t>(sizeof record), &record, sizeof record);
    return record;
  }

  /// The next call of next() delivers the first record again.
  void rewind() { position_ = 0; }
  /// False once all records are delivered.
  bool next(Record& record) {
    if (position_ == size_) return false;
    record = read(position_++);
    return true;
  }

 private:
  UnnamedFile file_;
  std::int64_t size_ = 0;
  std::int64_t position_ = 0;
  bool is_reading_ = false;
};

}  // namespace eyelid::files
