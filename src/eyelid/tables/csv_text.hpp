// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace eyelid::tables {

/// Appends a number with exactly `decimals` digits after the point; nothing if it is not finite (an
/// empty cell means not available). Minus zero is written as zero. The same value gives the same
/// bytes in every locale.
void append_number(std::string& text, double value, int decimals);

/// Appends a name from outside as a cell, quoted as RFC 4180 says; line breaks become spaces. A
/// name that a spreadsheet would take for a formula (it begins with = + - @ or a tab) gets an
/// apostrophe in front, and so does one that begins like a name marked so: CsvReader::name() reads
/// every name back as it was.
void append_name(std::string& text, std::string_view name);

/// Appends the text of the quoted cell whose opening mark is `line[begin]`. The place of its
/// closing mark; the size of the line where there is none.
std::size_t read_quoted(std::string_view line, std::size_t begin, std::string& text);

/// Whether the name begins like a formula, after any apostrophes.
bool begins_like_formula(std::string_view name);

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
