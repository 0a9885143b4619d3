// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace eyelid::imports {

/// A text file of another program, whole in memory: UTF-8 or an eight-bit code page as it is,
/// UTF-16 with a byte order mark (E-Prime) decoded to UTF-8. Byte order marks are dropped.
///
/// Threads: one at a time. Errors: InputError for a file that is missing, not regular, empty, not
/// text, or larger than 2 GiB.
class TextFile {
 public:
  /// `expected` ends the message of errors: "an event log".
  TextFile(const std::filesystem::path& path, std::string_view expected);

  /// The next line without its LF, CRLF, or CR; false at the end. Views stay valid.
  bool next(std::string_view& line);
  /// Number of the last line, from 1; 0 before the first.
  std::int64_t number() const { return number_; }
  /// Whether the last line had no line end: its writer may not have finished it.
  bool is_unfinished() const { return is_unfinished_; }

  /// A place to come back to.
  struct Place {
    std::size_t position = 0;
    std::int64_t number = 0;
  };
  Place place() const { return {position_, number_}; }
  void go_to(const Place& place);

  const std::string& name() const { return name_; }
  /// Throws InputError "FILE:LINE: MESSAGE".
  [[noreturn]] void fail(std::string_view message) const;

 private:
  std::string name_;
  std::string text_;
  std::size_t position_ = 0;
  std::int64_t number_ = 0;
  bool is_unfinished_ = false;
};

/// Without spaces, tabs, and one pair of quotation marks around it.
std::string_view trimmed(std::string_view text);
/// ASCII letters in lower case.
std::string lower(std::string_view text);

}  // namespace eyelid::imports
