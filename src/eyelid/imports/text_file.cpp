// SPDX-License-Identifier: MIT
#include "eyelid/imports/text_file.hpp"

#include <algorithm>

#include "eyelid/core/error.hpp"
#include "eyelid/files/input_file.hpp"

namespace eyelid::imports {
namespace {

constexpr std::size_t kMaxFile_bytes = std::size_t{2} << 30;
constexpr std::size_t kBytesToJudge = 4096;

void append_utf8(std::string& text, std::uint32_t code) {
  const auto put = [&](std::uint32_t byte) { text += static_cast<char>(byte & 0xff); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | (code >> 6));
    put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3f));
    put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3f));
    put(0x80 | ((code >> 6) & 0x3f));
    put(0x80 | (code & 0x3f));
  }
}

std::string from_utf16(std::string_view bytes, bool is_big_endian) {
  std::string text;
  text.reserve(bytes.size() / 2);
  const auto unit = [&](std::size_t at) {
    const auto a = static_cast<unsigned char>(bytes[at]);
    const auto b = static_cast<unsigned char>(bytes[at + 1]);
    return static_cast<std::uint32_t>(is_big_endian ? a * 256 + b : b * 256 + a);
  };
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    std::uint32_t code = unit(i);
    const bool is_pair = code >= 0xd800 && code < 0xdc00 && i + 3 < bytes.size();
    if (is_pair && unit(i + 2) >= 0xdc00 && unit(i + 2) < 0xe000) {
      code = 0x10000 + ((code - 0xd800) << 10) + (unit(i + 2) - 0xdc00);
      i += 2;
    }
    append_utf8(text, code);
  }
  return text;
}

}  // namespace

TextFile::TextFile(const std::filesystem::path& path, std::string_view expected)
    : name_(path.string()), text_(files::read_input_file(path, kMaxFile_bytes, expected)) {
  const std::string_view bytes = text_;
  if (bytes.starts_with("\xEF\xBB\xBF")) {
    position_ = 3;
  } else if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) {
    text_ = from_utf16(bytes.substr(2), bytes.front() == '\xFE');
  }
  if (position_ >= text_.size()) {
    throw InputError(name_ + ": is empty, expected " + std::string(expected));
  }
  if (std::string_view(text_).substr(0, kBytesToJudge).find('\0') != std::string_view::npos) {
    throw InputError(name_ + ": is not text, expected " + std::string(expected));
  }
}

bool TextFile::next(std::string_view& line) {
  if (position_ >= text_.size()) return false;
  const std::string_view rest = std::string_view(text_).substr(position_);
  const std::size_t end = rest.find_first_of("\r\n");
  is_unfinished_ = end == std::string_view::npos;
  line = rest.substr(0, end);
  position_ = is_unfinished_ ? text_.size() : position_ + end + 1;
  if (!is_unfinished_ && rest.substr(end).starts_with("\r\n")) ++position_;
  ++number_;
  return true;
}

void TextFile::go_to(const Place& place) {
  position_ = place.position;
  number_ = place.number;
}

void TextFile::fail(std::string_view message) const {
  throw InputError(name_ + ":" + std::to_string(number_) + ": " + std::string(message));
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t";
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  text = text.substr(begin, text.find_last_not_of(kBlank) + 1 - begin);
  if (text.size() > 1 && text.front() == '"' && text.back() == '"') {
    text = text.substr(1, text.size() - 2);
  }
  return text;
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return result;
}

}  // namespace eyelid::imports
