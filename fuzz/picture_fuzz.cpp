// SPDX-License-Identifier: MIT
// Any bytes as a picture file: a picture or one InputError, never a crash, a hang or a leak.
#include <cstddef>
#include <cstdint>
#include <span>

#include "eyelid/core/error.hpp"
#include "eyelid/video/picture.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 1'000'000) return 0;
  try {
    eyelid::video::decode_picture(std::span(data, size), "fuzz");
  } catch (const eyelid::InputError&) {
  }
  return 0;
}
