// SPDX-License-Identifier: MIT
#include "eyelid/signals/controller_protocol.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace eyelid::signals {
namespace {

constexpr std::size_t kCrcDigits = 4;

/// The body of a line whose CRC is right.
std::optional<std::string_view> checked_body(std::string_view line) {
  if (line.size() < kCrcDigits + 2 || line[line.size() - kCrcDigits - 1] != '*') {
    return std::nullopt;
  }
  const std::string_view body = line.substr(0, line.size() - kCrcDigits - 1);
  const std::string_view digits = line.substr(line.size() - kCrcDigits);
  std::uint16_t crc = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + kCrcDigits, crc, 16);
  if (error != std::errc() || end != digits.data() + kCrcDigits || crc != crc16(body)) {
    return std::nullopt;
  }
  return body;
}

}  // namespace

std::uint16_t crc16(std::string_view bytes) {
  std::uint32_t crc = 0xffff;
  for (const char byte : bytes) {
    crc ^= static_cast<std::uint32_t>(static_cast<unsigned char>(byte)) << 8;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 0x8000) != 0 ? crc << 1 ^ 0x1021 : crc << 1;
  }
  return static_cast<std::uint16_t>(crc & 0xffff);
}

std::string protocol_line(std::string_view body) {
  return fmt::format("{}*{:04X}\n", body, crc16(body));
}

std::optional<std::uint32_t> ProtocolWords::number(std::size_t index) const {
  const std::string_view text = word(index);
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

std::optional<ProtocolWords> words_of_body(std::string_view body) {
  ProtocolWords result;
  while (true) {
    const std::size_t space = std::min(body.find(' '), body.size());
    if (space == 0 || result.size == result.words.size()) return std::nullopt;
    result.words[result.size++] = body.substr(0, space);
    if (space == body.size()) return result;
    body.remove_prefix(space + 1);
  }
}

std::optional<std::string_view> LineReader::add(char byte) {
  if (byte == '\r') return std::nullopt;
  if (byte != '\n') {
    is_too_long_ = is_too_long_ || size_ == line_.size();
    if (!is_too_long_) line_[size_++] = byte;
    return std::nullopt;
  }
  const std::string_view line(line_.data(), size_);
  const bool is_empty = size_ == 0;
  const std::optional<std::string_view> body = is_too_long_ ? std::nullopt : checked_body(line);
  size_ = 0;
  is_too_long_ = false;
  if (!body && !is_empty) ++bad_lines_;
  return body;
}

}  // namespace eyelid::signals
