// SPDX-License-Identifier: MIT
#include "eyelid/video/video_testing.hpp"

extern "C" {
#include <libavutil/display.h>
#include <libavutil/opt.h>
}

#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "eyelid/video/ffmpeg_handles.hpp"
#include "eyelid/video/ffmpeg_versions.hpp"

namespace eyelid::video {
namespace {

void check(int code, int line = __builtin_LINE()) {
  if (code >= 0) return;
  throw std::runtime_error("video_testing.cpp:" + std::to_string(line) + ": " + error_text(code));
}

struct CloseOutput {
  void operator()(AVFormatContext* context) const {
    avio_closep(&context->pb);
    avformat_free_context(context);
  }
};

void encode(AVFormatContext& format, AVCodecContext& codec, const AVFrame* frame) {
  check(avcodec_send_frame(&codec, frame));
  const PacketPtr packet(av_packet_alloc());
  while (avcodec_receive_packet(&codec, packet.get()) == 0) {
    if (packet->duration == 0) packet->duration = 1;
    for (unsigned i = 0; i < format.nb_streams; ++i) {
      const PacketPtr copy(av_packet_clone(packet.get()));
      copy->stream_index = static_cast<int>(i);
      av_packet_rescale_ts(copy.get(), codec.time_base, format.streams[i]->time_base);
      check(av_interleaved_write_frame(&format, copy.get()));
    }
  }
}

void draw(const GrayImage& picture, int shift, AVFrame& frame) {
  check(av_frame_make_writable(&frame));
  if (frame.format == AV_PIX_FMT_GRAY16LE) {
    for (int y = 0; y < picture.height(); ++y) {
      for (int x = 0; x < picture.width(); ++x) {
        const int value = picture.row(y)[x] << shift;
        std::uint8_t* target =
            frame.data[0] + static_cast<std::ptrdiff_t>(y) * frame.linesize[0] + 2 * x;
        target[0] = static_cast<std::uint8_t>(value & 255);
        target[1] = static_cast<std::uint8_t>(value >> 8);
      }
    }
    return;
  }
  for (int y = 0; y < picture.height(); ++y) {
    std::memcpy(frame.data[0] + static_cast<std::ptrdiff_t>(y) * frame.linesize[0],
                picture.row(y),
                static_cast<std::size_t>(picture.width()));
  }
  for (const int plane : {1, 2}) {
    if (frame.data[plane] == nullptr) continue;
    std::memset(frame.data[plane],
                128,
                static_cast<std::size_t>(frame.linesize[plane]) *
                    static_cast<std::size_t>(frame.height / 2));
  }
}

}  // namespace

GrayImage test_picture(const TestVideo& video, int index) {
  GrayImage image(video.width, video.height);
  for (int y = 0; y < video.height; ++y) {
    for (int x = 0; x < video.width; ++x) {
      const bool is_square = std::abs(x - 10 - 2 * index) < 8 && std::abs(y - 20 - index) < 8;
      image.row(y)[x] = static_cast<std::uint8_t>(is_square ? 230 : 40 + (x * x + 3 * y) % 120);
    }
  }
  return image;
}

bool write_test_video(const std::filesystem::path& path, const TestVideo& video) {
  silence_ffmpeg();
  const AVCodec* encoder = avcodec_find_encoder_by_name(video.encoder.c_str());
  if (encoder == nullptr) return false;
  AVFormatContext* context = nullptr;
  check(avformat_alloc_output_context2(&context, nullptr, nullptr, path.c_str()));
  const std::unique_ptr<AVFormatContext, CloseOutput> format(context);
  check(avio_open(&format->pb, path.c_str(), AVIO_FLAG_WRITE));
  const CodecPtr codec(avcodec_alloc_context3(encoder));
  codec->width = video.width;
  codec->height = video.height;
  codec->pix_fmt = static_cast<AVPixelFormat>(video.pixel_format);
  codec->time_base = {1, video.frames_per_second};
  codec->framerate = {video.frames_per_second, 1};
  codec->gop_size = video.key_frame_every;
  codec->thread_count = 1;
  codec->bit_rate = 2'000'000;
  if (video.encoder == "ffv1") {
    codec->level = 3;
    codec->slices = 4;
    av_opt_set(codec->priv_data, "slicecrc", "1", 0);
  }
  if ((format->oformat->flags & AVFMT_GLOBALHEADER) != 0) {
    codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  }
  if (video.is_interlaced)
    codec->flags |= AV_CODEC_FLAG_INTERLACED_DCT | AV_CODEC_FLAG_INTERLACED_ME;
  check(avcodec_open2(codec.get(), encoder, nullptr));
  AVStream* stream = nullptr;
  for (int i = 0; i < video.streams; ++i) {
    stream = avformat_new_stream(format.get(), nullptr);
    stream->time_base = codec->time_base;
    stream->avg_frame_rate = codec->framerate;
    check(avcodec_parameters_from_context(stream->codecpar, codec.get()));
  }
  if (video.clockwise_turn != 0) {
    av_display_rotation_set(new_display_matrix(*stream), video.clockwise_turn);
  }
  check(avformat_write_header(format.get(), nullptr));
  const AvFramePtr frame(av_frame_alloc());
  frame->format = codec->pix_fmt;
  frame->width = video.width;
  frame->height = video.height;
  check(av_frame_get_buffer(frame.get(), 0));
  for (int i = 0; i < video.frames; ++i) {
    draw(test_picture(video, i), video.shift, *frame);
    set_interlaced(*frame, video.is_interlaced);
    frame->pts = video.stamps.empty() ? i : video.stamps.at(static_cast<std::size_t>(i));
    encode(*format, *codec, frame.get());
  }
  encode(*format, *codec, nullptr);
  check(av_write_trailer(format.get()));
  return true;
}

std::vector<std::uint8_t> bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_bytes(const std::filesystem::path& path, const std::vector<std::uint8_t>& bytes) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), std::ssize(bytes));
}

}  // namespace eyelid::video
