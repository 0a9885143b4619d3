// SPDX-License-Identifier: MIT
#pragma once

#include "eyelid/core/error.hpp"

namespace eyelid::files {

/// The user or the system asked the program to stop. Not an InputError: a damaged entry may be
/// skipped, this never.
class Interrupted : public Error {
 public:
  using Error::Error;
};

/// Asks the running job to stop at its next frame, picture, or block of bytes. Safe in a handler of
/// signals; `signal` is its number.
void interrupt(int signal) noexcept;

/// Throws Interrupted once interrupt() was called. A job calls it between its steps: destructors
/// then remove what it has written, and an older result stays. Not within a commit.
/// Threads: any.
void throw_if_interrupted();

/// For a job that ends well when it is asked to stop: whether it was, and forgets it, so that what
/// it still has to do is not stopped as well. Threads: any.
bool take_interruption() noexcept;

}  // namespace eyelid::files
