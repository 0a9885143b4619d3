// SPDX-License-Identifier: MIT
// The kernels of arm_dotprod.cpp on processors without its instruction.
#define EYELID_DOTPROD_OF_NEON
#define neon_dot neon_int8
#include "eyelid/kernels/blazeface/arm_dotprod.cpp"
