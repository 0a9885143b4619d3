// SPDX-License-Identifier: MIT
#include "avx512_through_simde.hpp"
#define avx512 avx512_simde
#include "eyelid/kernels/resize_gray/x86_avx512.cpp"
