// SPDX-License-Identifier: MIT
#include "eyelid/kernels/hog/hog.hpp"

namespace eyelid::kernels::scalar {
namespace {
constexpr int kLanes = 4;  // what every x86-64 and AArch64 has
}
#include "eyelid/kernels/hog/hog.inc"
}  // namespace eyelid::kernels::scalar
