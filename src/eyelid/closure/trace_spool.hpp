// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "eyelid/closure/trace.hpp"

namespace eyelid::closure {

/// Records of a recording of any length, kept in a temporary file (48 bytes a frame: 86 MB for an
/// hour at 500 frames/s) so that memory does not grow with it.
///
/// The file lives in `folder` and has no name from the start on: the system reclaims it however the
/// program ends. Use: append() all frames, then rewind() and next().
///
/// Threads: one at a time. Errors: InputError naming the folder when the file cannot be made,
/// written (disk full) or read back.
class TraceSpool final : public TraceReader {
 public:
  explicit TraceSpool(const std::filesystem::path& folder);

  void append(const ClosureInput& record);
  std::int64_t size() const { return size_; }

  void rewind() override;
  bool next(ClosureInput& record) override;

 private:
  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  [[noreturn]] void fail(const char* action) const;

  std::filesystem::path folder_;
  std::unique_ptr<std::FILE, Closer> file_;
  std::int64_t size_ = 0;
  std::int64_t position_ = 0;
  bool is_reading_ = false;
};

}  // namespace eyelid::closure
