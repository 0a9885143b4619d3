// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "eyelid/video/byte_stream.hpp"
#include "eyelid/video/ffmpeg_handles.hpp"
#include "eyelid/video/luma.hpp"

namespace eyelid::video {

/// Where the pictures of a TIFF or BigTIFF file are.
struct TiffPictures {
  std::vector<std::uint64_t> directories;  // offsets, in order; thumbnails and masks left out
  std::string problem;                     // why the list ends early; empty if it does not
};

/// Throws InputError for a file that is no TIFF or has no picture at all, ReadError as
/// check_reads().
TiffPictures list_tiff(ByteStream& file, const std::string& name);

/// One picture of a TIFF file as stored.
struct TiffPicture {
  AvFramePtr frame;  // gray or RGB, of 8 or 16 bits
  Orientation orientation;
  std::optional<int> stated_bits;  // of 16, where the file says so (9 to 15 bits per sample)
  bool is_white_zero = false;
};

/// Reads the picture whose directory is at that offset. Throws InputError for one that is damaged
/// or of a kind libtiff cannot turn into gray or RGB (floats), ReadError as check_reads().
TiffPicture read_tiff(ByteStream& file, std::uint64_t directory, const std::string& name);

}  // namespace eyelid::video
