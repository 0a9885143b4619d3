// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "eyelid/core/image.hpp"
#include "eyelid/films/rgb_picture.hpp"

namespace eyelid::films {

enum class VideoKind {
  kLosslessGray,      // FFV1 in Matroska: every gray level comes back exactly; checksums per slice
  kFastLosslessGray,  // FFVHUFF in Matroska: as exact, 6 times faster, a fifth larger, without
                      // checksums
  kLiveGray,          // the same for cameras: the file has its name at once and can be read up to
                      // its last 0.1 s if the program is killed
  kLiveRaw,           // the same, not compressed
  kOverlay,           // for viewing: H.264 in MP4, color; if FFmpeg lacks its encoder, VP9, which
                      // browsers play as well, and if it lacks that, MPEG-4 part 2
};

enum class FrameTiming {
  kConstant,  // frame i at i / frames_per_second
  kVariable,  // at the time given with each frame
};

struct VideoWriterOptions {
  VideoKind kind = VideoKind::kLosslessGray;
  int width = 0;
  int height = 0;
  double frames_per_second = 0.0;  // fractions such as 30000/1001 are recognized
  FrameTiming timing = FrameTiming::kConstant;
  int quality = 80;  // of an overlay: 0 smallest file .. 100 best picture
  int threads =
      0;  // of the lossless encoder; 0 = the available processors. Never changes the bytes
};

/// Writes one video file; it appears under its name when finish() returns, or not at all
/// (kLiveGray and kLiveRaw: from the start).
///
/// Sizes: every frame has the width and height of the options; overlays of odd size are extended by
/// repeating the last column or row.
/// Time: Matroska stores whole milliseconds, so at most 1000 frames per second; MP4 is exact for
/// constant rates and has a resolution of 1/60000 s for variable ones.
/// Errors: InputError with one sentence (folder missing, disk full, encoder missing, time not
/// increasing).
/// Threads: one caller at a time; FFmpeg encodes before write() returns or queues the frame.
class VideoWriter {
 public:
  VideoWriter(const std::filesystem::path& path, const VideoWriterOptions& options);
  ~VideoWriter();
  VideoWriter(VideoWriter&&) noexcept;
  VideoWriter& operator=(VideoWriter&&) noexcept;

  /// The next frame of a constant rate.
  void write(const FrameView& gray);
  void write(const RgbView& color);
  /// The next frame of a variable rate, seconds from the start of the file, increasing.
  void write(const FrameView& gray, double time_s);
  void write(const RgbView& color, double time_s);

  /// Completes the file and gives it its name. Call once.
  void finish();

  /// Name of FFmpeg's encoder: "ffv1", "ffvhuff", "rawvideo", "libx264", "libvpx-vp9", "mpeg4".
  std::string encoder() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace eyelid::films
