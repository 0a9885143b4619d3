// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <filesystem>
#include <memory>

#include "eyelid/files/atomic_file.hpp"

struct AVIOContext;

namespace eyelid::films {

/// Where FFmpeg writes a film: an AtomicFile behind its callbacks. No exception passes through C
/// code: the first one is kept for rethrow_error().
/// Errors: as AtomicFile. Threads: one at a time.
class FilmOutput {
 public:
  explicit FilmOutput(const std::filesystem::path& path);
  ~FilmOutput();
  FilmOutput(const FilmOutput&) = delete;
  FilmOutput& operator=(const FilmOutput&) = delete;

  AVIOContext* context() { return context_.get(); }
  const std::filesystem::path& path() const { return file_.path(); }

  /// What a callback could not throw, if anything.
  void rethrow_error() const {
    if (error_) std::rethrow_exception(error_);
  }
  /// Gives the film its name. Call once, last.
  void commit();

 private:
  struct Callbacks;
  struct FreeContext {
    void operator()(AVIOContext* context) const;
  };

  files::AtomicFile file_;
  std::exception_ptr error_;
  std::unique_ptr<AVIOContext, FreeContext> context_;
};

}  // namespace eyelid::films
