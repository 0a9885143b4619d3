// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace eyelid::tables {

/// Appends a number with exactly `decimals` digits behind the point; nothing at all when it is not
/// finite (an empty cell means not available). Minus zero is written as zero. The same value gives
/// the same bytes in every locale.
void append_number(std::string& text, double value, int decimals);
void append_number(std::string& text, std::int64_t value);

/// Digits behind the point, by quantity: beyond what is measured, short enough to be read.
inline constexpr int kTimeDecimals = 6;      // seconds: a microsecond
inline constexpr int kRatioDecimals = 5;     // EAR, FEC
inline constexpr int kScoreDecimals = 4;     // detector confidence
inline constexpr int kBoxDecimals = 2;       // pixels
inline constexpr int kPointDecimals = 3;     // pixels
inline constexpr int kDurationDecimals = 3;  // milliseconds

/// The text between quotation marks as shown in an error: at most 40 bytes, control characters
/// replaced.
std::string quoted_for_error(std::string_view text);

}  // namespace eyelid::tables
