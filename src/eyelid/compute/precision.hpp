// SPDX-License-Identifier: MIT
#pragma once

namespace eyelid::compute {

/// The number format of a network's weights and activations; each engine says which it has.
enum class Precision { F32, F16, Bf16, Int8 };

/// "f32", "f16", "bf16", "int8".
constexpr const char* name_of(Precision precision) {
  constexpr const char* kNames[] = {"f32", "f16", "bf16", "int8"};
  return kNames[static_cast<int>(precision)];
}

}  // namespace eyelid::compute
