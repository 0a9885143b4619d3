// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "eyelid/core/error.hpp"

namespace eyelid::testing {

/// The message of the InputError that `action` throws; empty where it throws none.
template <class Action>
std::string refusal_of(Action action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

}  // namespace eyelid::testing
