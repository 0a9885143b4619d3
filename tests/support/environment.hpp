// SPDX-License-Identifier: MIT
#pragma once

#include <cstdlib>

namespace eyelid::testing {

/// Sets a variable of this process, or removes it (null).
inline void set_variable(const char* name, const char* value) {
#if defined(_WIN32)
  _putenv_s(name, value == nullptr ? "" : value);
#else
  value != nullptr ? ::setenv(name, value, 1) : ::unsetenv(name);
#endif
}

}  // namespace eyelid::testing
