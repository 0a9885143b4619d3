// SPDX-License-Identifier: MIT
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

#include <cstddef>
#include <cstdint>

namespace eyelid::video {

// What FFmpeg 5 (Debian 12) and FFmpeg 7 (Debian 13) do by different members.

/// Makes the decoder return with each picture the order of its packet. Before the codec is opened.
inline void carry_orders([[maybe_unused]] AVCodecContext& codec) {
#ifdef AV_CODEC_FLAG_COPY_OPAQUE
  codec.flags |= AV_CODEC_FLAG_COPY_OPAQUE;
#endif
}

/// Before the packet is sent.
inline void set_order([[maybe_unused]] AVCodecContext& codec,
                      [[maybe_unused]] AVPacket& packet,
                      std::int64_t order) {
#ifdef AV_CODEC_FLAG_COPY_OPAQUE
  // NOLINTNEXTLINE(performance-no-int-to-ptr): FFmpeg hands it on and never looks behind it
  packet.opaque = reinterpret_cast<void*>(static_cast<std::intptr_t>(order));
#else
  codec.reordered_opaque = order;
#endif
}

/// That of the packet which the picture came from.
inline std::int64_t order_of(const AVFrame& picture) {
#ifdef AV_CODEC_FLAG_COPY_OPAQUE
  return reinterpret_cast<std::intptr_t>(picture.opaque);
#else
  return picture.reordered_opaque;
#endif
}

inline bool is_key_frame(const AVFrame& picture) {
#ifdef AV_FRAME_FLAG_KEY
  return (picture.flags & AV_FRAME_FLAG_KEY) != 0;
#else
  return picture.key_frame != 0;
#endif
}

inline bool is_interlaced(const AVFrame& picture) {
#ifdef AV_FRAME_FLAG_INTERLACED
  return (picture.flags & AV_FRAME_FLAG_INTERLACED) != 0;
#else
  return picture.interlaced_frame != 0;
#endif
}

inline void set_interlaced(AVFrame& picture, bool is_interlaced) {
#ifdef AV_FRAME_FLAG_INTERLACED
  if (is_interlaced) picture.flags |= AV_FRAME_FLAG_INTERLACED;
#else
  picture.interlaced_frame = is_interlaced ? 1 : 0;
#endif
}

/// The display matrix of a stream, nine numbers, or nullptr.
inline const std::int32_t* display_matrix(const AVStream& stream) {
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(60, 31, 0)
  const AVPacketSideData* data = av_packet_side_data_get(stream.codecpar->coded_side_data,
                                                         stream.codecpar->nb_coded_side_data,
                                                         AV_PKT_DATA_DISPLAYMATRIX);
  return data != nullptr ? reinterpret_cast<const std::int32_t*>(data->data) : nullptr;
#else
  return reinterpret_cast<const std::int32_t*>(
      av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, nullptr));
#endif
}

/// A matrix for a stream to be written, to be filled; the stream owns it.
inline std::int32_t* new_display_matrix(AVStream& stream) {
  constexpr std::size_t kSize_bytes = 9 * sizeof(std::int32_t);
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(60, 31, 0)
  return reinterpret_cast<std::int32_t*>(
      av_packet_side_data_new(&stream.codecpar->coded_side_data,
                              &stream.codecpar->nb_coded_side_data,
                              AV_PKT_DATA_DISPLAYMATRIX,
                              kSize_bytes,
                              0)
          ->data);
#else
  return reinterpret_cast<std::int32_t*>(
      av_stream_new_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, kSize_bytes));
#endif
}

}  // namespace eyelid::video
