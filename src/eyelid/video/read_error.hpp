// SPDX-License-Identifier: MIT
#pragma once

#include "eyelid/core/error.hpp"

namespace eyelid::video {

/// The system could not read a file (a failing disk, a lost network share): unlike damage in the
/// file, nothing may be skipped over.
class ReadError : public InputError {
 public:
  using InputError::InputError;
};

}  // namespace eyelid::video
