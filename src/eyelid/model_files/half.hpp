// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace eyelid::model_files {

/// The value of an IEEE half-precision number; exact, all halves are floats.
float float_from_half(std::uint16_t bits);

}  // namespace eyelid::model_files
