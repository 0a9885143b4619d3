// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/platform/file.hpp"

namespace eyelid::files {

/// The system could not deliver bytes of a file that is open: a failing disk or network. Never the
/// end of the file, and never a damaged entry to be skipped.
class ReadError : public InputError {
 public:
  using InputError::InputError;
};

/// A file from outside, read from its beginning.
///
/// Only regular files, or links to one: a pipe may wait for ever, a device may never end.
/// Threads: one at a time. Errors: InputError "FILE: found, expected WHAT"; ReadError from read(),
/// and Interrupted.
class InputFile {
 public:
  /// `expected` ends the message of every error: "a table (.csv)".
  InputFile(const std::filesystem::path& path, std::string_view expected);

  /// The next bytes, at most as many as fit; 0 at the end of the file.
  std::size_t read(std::span<char> bytes);

  const std::string& name() const { return name_; }

 private:
  std::string name_;
  std::string expected_;
  platform::File file_;
};

/// A whole file of at most `max_bytes`. Errors: as InputFile; InputError when it is longer.
std::string read_input_file(const std::filesystem::path& path,
                            std::size_t max_bytes,
                            std::string_view expected);

/// The lines of a text file, in memory that does not depend on its length.
/// Threads: one at a time. Errors: as InputFile; InputError for a line of more than 16 MB.
class InputLines {
 public:
  InputLines(const std::filesystem::path& path, std::string_view expected);

  /// The next line without its LF or CRLF; false at the end of the file.
  bool next(std::string& line);
  /// Number of the last line, from 1.
  std::int64_t number() const { return number_; }
  /// Whether the last line had no line break: its writer may not have finished it.
  bool is_unfinished() const { return is_unfinished_; }

 private:
  InputFile file_;
  std::vector<char> chunk_;
  std::size_t position_ = 0;
  std::size_t size_ = 0;
  std::int64_t number_ = 0;
  bool is_unfinished_ = false;
};

}  // namespace eyelid::files
