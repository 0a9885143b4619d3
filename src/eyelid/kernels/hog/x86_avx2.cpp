// SPDX-License-Identifier: MIT
#include "eyelid/kernels/hog/hog.hpp"

namespace eyelid::kernels::avx2 {
namespace {
constexpr int kLanes = 8;
}
#include "eyelid/kernels/hog/hog.inc"
}  // namespace eyelid::kernels::avx2
