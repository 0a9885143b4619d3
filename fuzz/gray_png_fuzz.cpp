// SPDX-License-Identifier: MIT
// Any bytes as the compressed pixels of a gray PNG file whose checksums are right, or, where the
// first byte is even, as the file itself: pixels or a refusal, never a crash, a hang or a leak.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "eyelid/video/gray_png.hpp"
#include "png_chunk.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3 || size > 1'000'000) return 0;
  std::string file(data + 3, data + size);
  if (data[0] % 2 != 0) {
    const std::string shape =
        eyelid::png_number(data[1]) + eyelid::png_number(data[2]) + std::string("\x08\0\0\0\0", 5);
    file = "\x89PNG\r\n\x1a\n" + eyelid::png_chunk("IHDR", shape) +
           eyelid::png_chunk("IDAT", file) + eyelid::png_chunk("IEND", "");
  }
  const std::vector<std::uint8_t> bytes(file.begin(), file.end());
  eyelid::GrayImage image;
  eyelid::video::decode_gray_png(bytes, image);
  return 0;
}
