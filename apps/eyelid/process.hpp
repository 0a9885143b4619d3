// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace eyelid::app {

/// Standard output as the commands see it: never an error in the middle of a job, whose files are
/// worth more than its table. What could not be written is known at the end. One per process, from
/// the start of main().
class StandardOutput {
 public:
  StandardOutput();
  ~StandardOutput();
  StandardOutput(const StandardOutput&) = delete;
  StandardOutput& operator=(const StandardOutput&) = delete;

  /// Passes on what waits. Returns the errno of the first write that failed, 0 if none did.
  int finish();

 private:
  int error_ = 0;
};

/// How this process meets the system: a closed pipe and a limit of file size are errors of a write,
/// not signals; SIGINT, SIGTERM and SIGHUP end a job as an error would (files/interruption.hpp), a
/// second one at once; an exception that nothing catches, such as one of a library's thread, is one
/// sentence and exit status 1.
void prepare_process() noexcept;

/// Prints the exception being handled as one sentence on standard error.
void print_current_exception() noexcept;

/// Text that may hold names from outside, fit for a terminal: no control characters, lines of less
/// than 500 bytes, a longer one without its middle.
std::string fit_for_terminal(std::string_view text);

}  // namespace eyelid::app
