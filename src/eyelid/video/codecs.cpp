// SPDX-License-Identifier: MIT
#include "eyelid/video/codecs.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/avutil.h>
}

namespace eyelid::video {

std::string describe_decoders() {
  std::string text = std::string("FFmpeg ") + av_version_info() + ":";
  for (const char* name :
       {"h264", "hevc", "vp9", "av1", "mpeg4", "mjpeg", "ffv1", "huffyuv", "rawvideo", "prores"}) {
    if (avcodec_find_decoder_by_name(name) != nullptr) text += std::string(" ") + name;
  }
  return text;
}

}  // namespace eyelid::video
