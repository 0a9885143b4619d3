// SPDX-License-Identifier: MIT
// Any bytes as the compressed pixels of a gray PNG file whose checksums are right, or, where the
// first byte is even, as the file itself: pixels or a refusal, never a crash, a hang or a leak.
#include <libdeflate.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "eyelid/video/gray_png.hpp"

namespace {

std::string number(std::uint32_t value) {
  std::string bytes;
  for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(value >> shift & 255);
  return bytes;
}

std::string chunk(const std::string& name, const std::string& content) {
  const std::string checked = name + content;
  return number(static_cast<std::uint32_t>(content.size())) + checked +
         number(libdeflate_crc32(0, checked.data(), checked.size()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3 || size > 1'000'000) return 0;
  std::string file(data + 3, data + size);
  if (data[0] % 2 != 0) {
    const std::string shape = number(data[1]) + number(data[2]) + std::string("\x08\0\0\0\0", 5);
    file = "\x89PNG\r\n\x1a\n" + chunk("IHDR", shape) + chunk("IDAT", file) + chunk("IEND", "");
  }
  const std::vector<std::uint8_t> bytes(file.begin(), file.end());
  eyelid::GrayImage image;
  eyelid::video::decode_gray_png(bytes, image);
  return 0;
}
