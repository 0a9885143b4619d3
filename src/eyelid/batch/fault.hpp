// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace eyelid::batch {

/// Why a recording was not done.
struct Fault {
  /// The machine is at fault (disk, memory, threads, device): another attempt may succeed. Else an
  /// input is: every attempt would end like this.
  bool may_pass = false;
  std::string message;  // one sentence
};

/// Of the exception being handled. Interrupted is no fault, and thrown again.
Fault current_fault();

}  // namespace eyelid::batch
