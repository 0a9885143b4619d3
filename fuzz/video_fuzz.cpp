// SPDX-License-Identifier: MIT
// Any bytes as a video file: frames or one InputError, never a crash, a hang or a leak.
#include <cstddef>
#include <cstdint>
#include <span>

#include "eyelid/core/error.hpp"
#include "eyelid/video/video_decoder.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // The size limit keeps one input under a second; the seeds are whole small videos.
  constexpr std::size_t kMost_bytes = 200'000;
  constexpr int kMaxFrames = 200;
  if (size > kMost_bytes) return 0;
  try {
    eyelid::video::VideoDecoder decoder(std::span(data, size), "fuzz", {.decoder_threads = 2});
    eyelid::video::Frame frame;
    for (int i = 0; i < kMaxFrames && decoder.decode(frame); ++i) {
    }
  } catch (const eyelid::InputError&) {
  }
  return 0;
}
