// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace eyelid {

/// Root of everything this library throws. `what()` is one sentence a user can act on.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A file, stream or model from outside is missing, truncated or not what it claims to be. The
/// sentence names the file, what was found and what was expected.
class InputError : public Error {
 public:
  using Error::Error;
};

/// The device refused: absent, out of memory, or not part of this build.
class DeviceError : public Error {
 public:
  using Error::Error;
};

/// The caller broke a documented precondition: a bug, never a bad input file.
class ContractError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

namespace internal {
[[noreturn]] void throw_contract_error(std::string_view condition, const char* file, int line);
}  // namespace internal

}  // namespace eyelid

/// Checks a precondition at a room's door. Stays on in release builds; not for inner loops.
#define EYELID_EXPECTS(condition) \
  ((condition) ? void() : ::eyelid::internal::throw_contract_error(#condition, __FILE__, __LINE__))
