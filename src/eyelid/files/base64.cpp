// SPDX-License-Identifier: MIT
#include "eyelid/files/base64.hpp"

#include <cstddef>

namespace eyelid::files {

std::string base64(std::span<const std::uint8_t> bytes) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t rest = bytes.size() - i;
    const unsigned group = (unsigned{bytes[i]} << 16) |
                           (rest > 1 ? unsigned{bytes[i + 1]} << 8 : 0) |
                           (rest > 2 ? unsigned{bytes[i + 2]} : 0);
    text += kDigits[group >> 18];
    text += kDigits[(group >> 12) & 63];
    text += rest > 1 ? kDigits[(group >> 6) & 63] : '=';
    text += rest > 2 ? kDigits[group & 63] : '=';
  }
  return text;
}

}  // namespace eyelid::files
