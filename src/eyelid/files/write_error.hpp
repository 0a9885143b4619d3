// SPDX-License-Identifier: MIT
#pragma once

#include "eyelid/core/error.hpp"

namespace eyelid::files {

/// The system did not take what a job delivers: a full disk, a lost network share, a folder that is
/// not writable or that another run holds. The input is not at fault, and the same job may succeed
/// later or on another machine.
class WriteError : public InputError {
 public:
  using InputError::InputError;
};

}  // namespace eyelid::files
