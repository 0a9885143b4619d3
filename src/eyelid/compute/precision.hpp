// SPDX-License-Identifier: MIT
#pragma once

namespace eyelid::compute {

/// The number format of a network's weights and activations; each engine says which it has.
enum class Precision { F32, F16, Bf16, Int8 };

/// "f32", "f16", "bf16", "int8".
constexpr const char* name_of(Precision precision) {
  switch (precision) {
    case Precision::F32:
      return "f32";
    case Precision::F16:
      return "f16";
    case Precision::Bf16:
      return "bf16";
    case Precision::Int8:
      return "int8";
  }
  return "";
}

}  // namespace eyelid::compute
