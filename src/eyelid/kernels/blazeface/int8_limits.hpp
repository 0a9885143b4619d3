// SPDX-License-Identifier: MIT
// What 8-bit weights have to keep to, so that processors without dot products of bytes (AVX2) may
// add products in 16 bits and find the integers of all others. Packing sees to it
// (networks/blazeface_int8_packing.cpp) with the help of these functions.
#pragma once

#include <cstdint>
#include <span>

#include "eyelid/kernels/blazeface/blazeface_packed.hpp"

namespace eyelid::kernels {

/// A run is this many words of a pointwise row, from an even one on: 8 weights.
inline constexpr int kInt8RunWords = 2;
/// 255 * 128 < 2^15.
inline constexpr int kInt8MaxSide = 128;

/// Whether in every run of a pointwise row (the weights of one output, in the order of the inputs)
/// the first two weights of its words have positive ones that sum to at most kInt8MaxSide, and
/// negative ones that sum to at least -kInt8MaxSide; and so the last two.
bool fits_runs(std::span<const int> weights);

/// A depthwise 3x3 window, row-major, and its bias, for kernels that add in 16 bits. Two partial
/// sums, of the first five products and of the last four, each have a part of the bias that keeps
/// them within 16 bits for all pixels 0 .. 255. False if there is no such part.
bool make_window(std::span<const int, 9> weights, std::int32_t bias, BlazeInt8Window& window);

}  // namespace eyelid::kernels
