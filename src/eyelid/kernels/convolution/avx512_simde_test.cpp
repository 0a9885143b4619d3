// SPDX-License-Identifier: MIT
#include "avx512_through_simde.hpp"
#define avx512 avx512_simde
#include "eyelid/kernels/convolution/x86_avx512.cpp"
