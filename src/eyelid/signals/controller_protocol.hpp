// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The lines between the program and a microcontroller: docs/live.md, "Microcontroller protocol".
/// Written here a second time, apart from firmware/, whose test lets both talk to each other.
namespace eyelid::signals {

inline constexpr std::uint32_t kProtocolVersion = 1;
inline constexpr std::size_t kMaxLine = 80;  // bytes, without the line end

/// CRC-16/CCITT-FALSE: polynomial 0x1021, begins with 0xffff, nothing reflected ("123456789" gives
/// 0x29b1).
std::uint16_t crc16(std::string_view bytes);

/// "BODY*CRC\n": the line that carries the body.
std::string protocol_line(std::string_view body);

/// Words of a line's body, between single spaces.
struct ProtocolWords {
  std::array<std::string_view, 8> words;
  std::size_t size = 0;
  /// A whole number below 2^32; nothing for other words, and past the last one.
  std::optional<std::uint32_t> number(std::size_t index) const;
  std::string_view word(std::size_t index) const {
    return index < size ? words[index] : std::string_view();
  }
};
/// More words than fit, or an empty one: nothing.
std::optional<ProtocolWords> words_of_body(std::string_view body);

/// Finds the whole lines in bytes as they come.
class LineReader {
 public:
  /// The body of the line that this byte completes, valid until the next call; nothing before its
  /// end, and for lines that are too long or whose CRC is wrong.
  std::optional<std::string_view> add(char byte);
  /// Lines that were given up; empty ones are not counted.
  std::int64_t bad_lines() const { return bad_lines_; }

 private:
  std::array<char, kMaxLine> line_{};
  std::size_t size_ = 0;
  bool is_too_long_ = false;
  std::int64_t bad_lines_ = 0;
};

}  // namespace eyelid::signals
