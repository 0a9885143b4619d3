// SPDX-License-Identifier: MIT
// The AVX-VNNI kernels on a processor that has AVX-512 instead.
#define EYELID_VNNI_OF_AVX512
#define avx_vnni avx_vnni_through_avx512
#include "eyelid/kernels/blazeface/x86_avx_vnni.cpp"
