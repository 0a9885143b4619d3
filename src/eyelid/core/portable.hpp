// SPDX-License-Identifier: MIT
#pragma once

#include <limits>

/// Marks a rule that CPU and GPU share. Such a function stands once, in a header of the room it
/// belongs to; g++ and clang compile it for the host, nvcc for host and device. It uses only
/// operations that every processor rounds alike (or goes through double precision, as length()
/// does) and is compiled without contracting multiply-adds (-ffp-contract=off, --fmad=false), so
/// that its floats are the same bits everywhere.
#if defined(__CUDACC__)
#define EYELID_PORTABLE __host__ __device__
#else
#define EYELID_PORTABLE
#endif

namespace eyelid {

/// Stands for "not available" in every float of a measurement; written as an empty cell.
inline constexpr float kNotAvailable = std::numeric_limits<float>::quiet_NaN();

/// Neither infinite nor not-a-number.
constexpr bool is_finite(float x) { return x - x == 0.0f; }

}  // namespace eyelid
