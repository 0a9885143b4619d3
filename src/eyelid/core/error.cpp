// SPDX-License-Identifier: MIT
#include "eyelid/core/error.hpp"

namespace eyelid::internal {

void throw_contract_error(std::string_view condition, const char* file, int line) {
  throw ContractError(std::string(file) + ":" + std::to_string(line) +
                      ": broken precondition: " + std::string(condition));
}

}  // namespace eyelid::internal
