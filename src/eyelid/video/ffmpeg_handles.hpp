// SPDX-License-Identifier: MIT
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/error.h>
#include <libavutil/log.h>
#include <libswscale/swscale.h>
}

#include <cstdint>
#include <memory>
#include <string>

namespace eyelid::video {

struct FreeFormat {
  void operator()(AVFormatContext* context) const { avformat_close_input(&context); }
};
struct FreeCodec {
  void operator()(AVCodecContext* context) const { avcodec_free_context(&context); }
};
struct FreePacket {
  void operator()(AVPacket* packet) const { av_packet_free(&packet); }
};
struct FreeAvFrame {
  void operator()(AVFrame* frame) const { av_frame_free(&frame); }
};
struct FreeScaler {
  void operator()(SwsContext* context) const { sws_freeContext(context); }
};
using FormatPtr = std::unique_ptr<AVFormatContext, FreeFormat>;
using CodecPtr = std::unique_ptr<AVCodecContext, FreeCodec>;
using PacketPtr = std::unique_ptr<AVPacket, FreePacket>;
using AvFramePtr = std::unique_ptr<AVFrame, FreeAvFrame>;
using ScalerPtr = std::unique_ptr<SwsContext, FreeScaler>;

/// Largest side and area of a picture that is decoded: a header of a few bytes must not cost
/// gigabytes.
inline constexpr int kMaxSide_px = 16384;
inline constexpr std::int64_t kMaxArea_px = std::int64_t{1} << 27;

/// What FFmpeg says of an error code, without line ends.
inline std::string error_text(int code) {
  char text[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(code, text, sizeof text);
  return text;
}

/// FFmpeg writes to standard error unless told not to; what matters reaches the SourceReport.
inline void silence_ffmpeg() { av_log_set_level(AV_LOG_QUIET); }

}  // namespace eyelid::video
