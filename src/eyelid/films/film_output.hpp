// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <filesystem>
#include <memory>
#include <variant>

#include "eyelid/files/atomic_file.hpp"
#include "eyelid/files/growing_file.hpp"

struct AVIOContext;

namespace eyelid::films {

/// When a film has its name: once it is whole, or from its first byte on (files::GrowingFile).
enum class FilmName { WhenWhole, AtOnce };

/// Where FFmpeg writes a film: a file behind its callbacks. No exception passes through C
/// code: the first one is kept for rethrow_error().
/// Errors: as AtomicFile or GrowingFile. Threads: one at a time.
class FilmOutput {
 public:
  FilmOutput(const std::filesystem::path& path, FilmName name);
  ~FilmOutput();
  FilmOutput(const FilmOutput&) = delete;
  FilmOutput& operator=(const FilmOutput&) = delete;

  AVIOContext* context() { return context_.get(); }
  const std::filesystem::path& path() const { return path_; }

  /// What a callback could not throw, if anything.
  void rethrow_error() const {
    if (error_) std::rethrow_exception(error_);
  }
  /// Gives the film its name, where it has none. Call once, last.
  void commit();

 private:
  struct Callbacks;
  struct FreeContext {
    void operator()(AVIOContext* context) const;
  };

  std::filesystem::path path_;
  std::variant<std::monostate, files::AtomicFile, files::GrowingFile> file_;
  std::exception_ptr error_;
  std::unique_ptr<AVIOContext, FreeContext> context_;
};

}  // namespace eyelid::films
