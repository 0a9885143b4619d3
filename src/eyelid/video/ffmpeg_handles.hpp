// SPDX-License-Identifier: MIT
#pragma once

extern "C" {
#include <libavformat/avformat.h>
}

#include <cstdint>
#include <memory>

#include "eyelid/files/ffmpeg_handles.hpp"

namespace eyelid::video {

using files::AvFramePtr;
using files::CodecPtr;
using files::error_text;
using files::PacketPtr;
using files::ScalerPtr;
using files::silence_ffmpeg;

struct CloseInput {
  void operator()(AVFormatContext* context) const { avformat_close_input(&context); }
};
using FormatPtr = std::unique_ptr<AVFormatContext, CloseInput>;

/// Largest side and area of a picture that is decoded: a header of a few bytes must not cost
/// gigabytes.
inline constexpr int kMaxSide_px = 16384;
inline constexpr std::int64_t kMaxArea_px = std::int64_t{1} << 27;

}  // namespace eyelid::video
