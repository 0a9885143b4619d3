// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "eyelid/core/image.hpp"

namespace eyelid::video {

/// A video created for a test.
struct TestVideo {
  std::string encoder = "ffv1";  // name of FFmpeg's encoder
  int pixel_format = 8;          // AV_PIX_FMT_GRAY8
  int width = 96;
  int height = 64;
  int frames = 30;
  int frames_per_second = 50;
  int key_frame_every = 10;
  int clockwise_turn = 0;                 // degrees, applied by the player
  int shift = 0;                          // of 16-bit gray: how far the 8-bit picture is shifted
  int streams = 1;                        // with the same frames
  bool is_interlaced = false;             // flagged, for encoders that can
  std::vector<std::int64_t> stamps = {};  // instead of 0, 1, 2 ... frame periods
};

/// Frame `index` of every test video: a fixed texture with a moving square.
GrayImage test_picture(const TestVideo& video, int index);

/// Writes `video` in the container named by the extension. False if this FFmpeg lacks the encoder.
bool write_test_video(const std::filesystem::path& path, const TestVideo& video);

std::vector<std::uint8_t> bytes_of(const std::filesystem::path& path);
void write_bytes(const std::filesystem::path& path, const std::vector<std::uint8_t>& bytes);

}  // namespace eyelid::video
