// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "eyelid/core/image.hpp"
#include "eyelid/core/session.hpp"

namespace eyelid::video {

/// One decoded picture: its luma plane, untouched.
struct Frame {
  std::int64_t index = 0;   // 0-based, decode order; damaged frames have no index
  double time_s = 0.0;      // after the first frame, strictly increasing
  GrayImage image;          // upright, as the camera's orientation tag says
  bool is_suspect = false;  // predicted from a damaged frame: may contain artifacts
  std::int32_t clip = 1;    // of the session, from 1
};

/// Times from a side file.
struct FrameStamps {
  std::vector<double> time_s;  // one per frame, damaged ones included
  std::string source;          // file and column, for SourceInfo::clock and messages
};

struct SourceOptions {
  /// Rate given by the user; it scales the container's times. Without one, pictures are timed by
  /// the stamps in their names, else at 25/s with a warning.
  std::optional<double> frames_per_second = {};
  /// Replace all other times; a number other than that of the frames is an InputError.
  std::optional<FrameStamps> stamps = {};
  /// Bits in use of pixels stored in 16 (8 to 16); without them, found from the data: 8, 10, 12,
  /// 14, or 16 hold the largest value of pictures spread over the recording.
  std::optional<int> bits = {};
  /// Which of several video streams, from 0; without it FFmpeg's choice, with a warning.
  std::optional<int> stream = {};
  /// Frames decoded ahead in the background; limits memory.
  int read_ahead = 16;
  /// Which pictures will be looked at, asked in order of frames in the decoding thread; not set =
  /// all. Of others Frame::image may hold anything, and they are not even decoded. For a recording
  /// that was read before, with SourceReport::frames_stand_alone: else it changes nothing.
  std::function<bool(std::int64_t frame)> is_wanted = {};
  /// Threads of the decoder; 0 = one per available processor. Image sequences: images decoded at
  /// once.
  int decoder_threads = 0;
};

/// A recording, read once from first to last frame.
///
/// Threads: one reader at a time; decoding runs in its own threads.
class FrameSource {
 public:
  virtual ~FrameSource() = default;
  virtual const SourceInfo& info() const = 0;
  /// Moves the next frame into `frame` and reuses its old image; false at the end. Damaged frames
  /// are skipped and counted. Throws InputError if nothing could be decoded at all, and for a read
  /// error, which is never taken for the end.
  virtual bool next(Frame& frame) = 0;
  /// Complete after next() has returned false.
  virtual SourceReport report() const = 0;
};

/// Opens a video file, a folder of images (natural order: img2 before img10), one image file, or a
/// list of image files (in the given order). Every picture of a TIFF stack is a frame. Several
/// videos or folders, or a folder of videos, are the clips of one session (clips.hpp).
///
/// Throws InputError: absent, empty, unreadable, no video stream, no image in the folder, nothing
/// decodable, or clips that are not of one session (clip_decoder.hpp).
std::unique_ptr<FrameSource> open_source(const std::vector<std::filesystem::path>& inputs,
                                         const SourceOptions& options = {});

/// One picture file (JPEG, PNG, PGM, TIFF, ...) as gray. Throws InputError, also for a file that
/// holds several pictures.
GrayImage read_image(const std::filesystem::path& path);

/// Picture files of a folder (by extension), in natural order. Throws InputError if there are none.
std::vector<std::filesystem::path> list_images(const std::filesystem::path& folder);

}  // namespace eyelid::video
