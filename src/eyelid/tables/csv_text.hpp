// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace eyelid::tables {

/// Appends a number with exactly `decimals` digits after the point; nothing if it is not finite (an
/// empty cell means not available). Minus zero is written as zero. The same value gives the same
/// bytes in every locale.
void append_number(std::string& text, double value, int decimals);

/// Digits after the point, by quantity: finer than the measurement, short enough to read.
inline constexpr int kTimeDecimals = 6;      // seconds: a microsecond
inline constexpr int kRatioDecimals = 5;     // EAR, FEC
inline constexpr int kScoreDecimals = 4;     // detector confidence
inline constexpr int kBoxDecimals = 2;       // pixels
inline constexpr int kPointDecimals = 3;     // pixels
inline constexpr int kDurationDecimals = 3;  // milliseconds

/// The text in quotation marks for an error message: at most 40 bytes, control characters replaced.
std::string quoted_for_error(std::string_view text);

}  // namespace eyelid::tables
