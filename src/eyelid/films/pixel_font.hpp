// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace eyelid::films {

inline constexpr int kGlyphWidth = 5;
inline constexpr int kGlyphHeight = 7;
inline constexpr int kGlyphAdvance = 6;

/// Seven rows of a 5 x 7 glyph; the highest of the five low bits is the leftmost pixel. Letters are
/// drawn as capitals, unknown characters as blanks.
std::array<std::uint8_t, kGlyphHeight> glyph(char letter);

/// Width of a line in font pixels.
constexpr int text_width(std::string_view text) {
  return static_cast<int>(text.size()) * kGlyphAdvance;
}

}  // namespace eyelid::films
