// SPDX-License-Identifier: MIT
// The AVX-VNNI kernels on processors with AVX2 alone: each dot product is two of 16 bits.
#define EYELID_VNNI_OF_AVX2
#define avx_vnni avx2_int8
#include "eyelid/kernels/blazeface/x86_avx_vnni.cpp"
