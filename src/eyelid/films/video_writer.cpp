// SPDX-License-Identifier: MIT
#include "eyelid/films/video_writer.hpp"

extern "C" {
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
}

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <new>

#include "eyelid/core/error.hpp"
#include "eyelid/files/ffmpeg_handles.hpp"
#include "eyelid/files/output_check.hpp"
#include "eyelid/films/film_output.hpp"

namespace eyelid::films {
namespace {

// A multiple of all common rates; the resolution of MPEG-4 part 2 is at most 1/65535 s.
constexpr int kVariableTicksPerSecond = 60000;
// Fixed: the bytes that x264 writes depend on the number of threads.
constexpr int kOverlayThreads = 4;
constexpr int kLosslessSlices = 4;
constexpr std::int64_t kLiveCluster_ms = 100;

struct FreeFormat {
  void operator()(AVFormatContext* context) const { avformat_free_context(context); }
};
template <class T>
T* or_out_of_memory(T* pointer) {
  if (pointer == nullptr) throw std::bad_alloc();
  return pointer;
}

bool is_live(VideoKind kind) { return kind == VideoKind::kLiveGray || kind == VideoKind::kLiveRaw; }

/// 0..255 to the 16..235 that players expect.
std::array<std::uint8_t, 256> limited_range_table() {
  std::array<std::uint8_t, 256> table{};
  for (int i = 0; i < 256; ++i) {
    table[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(16 + (i * 219 + 127) / 255);
  }
  return table;
}

}  // namespace

struct VideoWriter::State {
  State(const std::filesystem::path& path, const VideoWriterOptions& wanted);

  void open_container();
  void open_encoder();
  const AVCodec* choose_encoder() const;
  void set_lossless();
  void set_overlay();
  AVFrame& writable_frame();
  void put(const FrameView& gray);
  void put(const RgbView& color);
  void repeat_edge();
  void check_size(int width, int height) const;
  std::int64_t stamp_of(double time_s);
  void encode(const AVFrame* picture);
  void check(int code, const char* doing) const;

  VideoWriterOptions options;
  FilmOutput output;
  std::unique_ptr<AVFormatContext, FreeFormat> format;
  files::CodecPtr codec;
  files::AvFramePtr frame;
  files::PacketPtr packet;
  files::ScalerPtr scaler;
  std::array<std::uint8_t, 256> limited_range = limited_range_table();
  AVStream* stream = nullptr;  // owned by format
  AVRational rate{};
  std::int64_t frames = 0;
  std::int64_t last_stamp = -1;
  bool is_finished = false;
};

VideoWriter::State::State(const std::filesystem::path& path, const VideoWriterOptions& wanted)
    : options(wanted), output(path, is_live(wanted.kind) ? FilmName::AtOnce : FilmName::WhenWhole) {
  files::silence_ffmpeg();
  rate = av_d2q(options.frames_per_second, 1'000'000);
  if (options.kind != VideoKind::kOverlay && options.frames_per_second > 1000.0) {
    throw InputError(
        fmt::format("{}: {} frames per second, expected at most 1000 (Matroska stores "
                    "whole milliseconds)",
                    files::shown_path(path).string(),
                    options.frames_per_second));
  }
  frame.reset(or_out_of_memory(av_frame_alloc()));
  packet.reset(or_out_of_memory(av_packet_alloc()));
  open_container();
  open_encoder();
}

void VideoWriter::State::open_container() {
  const char* container = options.kind == VideoKind::kOverlay ? "mp4" : "matroska";
  AVFormatContext* context = nullptr;
  check(avformat_alloc_output_context2(&context, nullptr, container, nullptr), "open container");
  format.reset(context);
  format->pb = output.context();
  // Without it the file would contain the date and random identifiers.
  format->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;
}

const AVCodec* VideoWriter::State::choose_encoder() const {
  const AVCodec* encoder = nullptr;
  const char* wanted = nullptr;
  switch (options.kind) {
    case VideoKind::kLosslessGray:
      wanted = "ffv1";
      encoder = avcodec_find_encoder(AV_CODEC_ID_FFV1);
      break;
    case VideoKind::kFastLosslessGray:
    case VideoKind::kLiveGray:
      wanted = "ffvhuff";
      encoder = avcodec_find_encoder(AV_CODEC_ID_FFVHUFF);
      break;
    case VideoKind::kLiveRaw:
      wanted = "rawvideo";
      encoder = avcodec_find_encoder(AV_CODEC_ID_RAWVIDEO);
      break;
    case VideoKind::kOverlay:
      // By name: hardware encoders are listed even without the hardware.
      wanted = "libx264, libvpx-vp9, or mpeg4";
      for (const char* name : {"libx264", "libvpx-vp9", "mpeg4"}) {
        encoder = avcodec_find_encoder_by_name(name);
        if (encoder != nullptr) break;
      }
      break;
  }
  if (encoder == nullptr) {
    throw InputError(files::shown_path(output.path()).string() +
                     ": this FFmpeg has no encoder for it, expected " + wanted);
  }
  return encoder;
}

void VideoWriter::State::open_encoder() {
  const AVCodec* encoder = choose_encoder();
  codec.reset(or_out_of_memory(avcodec_alloc_context3(encoder)));
  const bool is_overlay = options.kind == VideoKind::kOverlay;
  codec->width = is_overlay ? (options.width + 1) / 2 * 2 : options.width;
  codec->height = is_overlay ? (options.height + 1) / 2 * 2 : options.height;
  codec->framerate = rate;
  codec->time_base = options.timing == FrameTiming::kConstant
                         ? av_inv_q(rate)
                         : AVRational{1, kVariableTicksPerSecond};
  codec->flags |= AV_CODEC_FLAG_BITEXACT;
  if ((format->oformat->flags & AVFMT_GLOBALHEADER) != 0) {
    codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  }
  if (is_overlay) {
    set_overlay();
  } else {
    set_lossless();
  }
  check(avcodec_open2(codec.get(), encoder, nullptr), "open encoder");
  stream = or_out_of_memory(avformat_new_stream(format.get(), nullptr));
  stream->time_base = codec->time_base;
  stream->avg_frame_rate = stream->r_frame_rate = rate;
  check(avcodec_parameters_from_context(stream->codecpar, codec.get()), "describe stream");
  if (is_live(options.kind)) {
    // What a cluster holds is lost if the program is killed before it is written.
    av_opt_set_int(format->priv_data, "cluster_time_limit", kLiveCluster_ms, 0);
    format->flags |= AVFMT_FLAG_FLUSH_PACKETS;
  }
  check(avformat_write_header(format.get(), nullptr), "write header");
  frame->format = codec->pix_fmt;
  frame->width = codec->width;
  frame->height = codec->height;
  check(av_frame_get_buffer(frame.get(), 0), "allocate frame");
}

void VideoWriter::State::set_lossless() {
  codec->pix_fmt = AV_PIX_FMT_GRAY8;
  codec->color_range = AVCOL_RANGE_JPEG;
  codec->gop_size = 1;  // intra-only: damage stays in its frame
  codec->thread_count = options.threads;
  if (options.kind == VideoKind::kLiveRaw) return;
  if (options.kind != VideoKind::kLosslessGray) {
    // Of what FFVHUFF offers the smallest for noisy pictures: docs/results/2026-11-30.md.
    av_opt_set(codec->priv_data, "pred", "left", 0);
    return;
  }
  codec->slices = kLosslessSlices;
  codec->level = 3;  // the first version with slices
  codec->thread_type = FF_THREAD_SLICE;
  av_opt_set(codec->priv_data, "slicecrc", "1", 0);
  av_opt_set(codec->priv_data, "coder", "rice", 0);
  av_opt_set(codec->priv_data, "context", "0", 0);
}

void VideoWriter::State::set_overlay() {
  codec->pix_fmt = AV_PIX_FMT_YUV420P;
  codec->color_range = AVCOL_RANGE_MPEG;
  codec->colorspace = AVCOL_SPC_SMPTE170M;
  codec->color_primaries = AVCOL_PRI_SMPTE170M;
  codec->color_trc = AVCOL_TRC_SMPTE170M;
  codec->thread_count = kOverlayThreads;
  const int quality = std::clamp(options.quality, 0, 100);
  if (codec->codec_id == AV_CODEC_ID_H264) {
    av_opt_set(codec->priv_data, "preset", "veryfast", 0);
    av_opt_set_double(codec->priv_data, "crf", 45.0 - 0.3 * quality, 0);
  } else if (codec->codec_id == AV_CODEC_ID_VP9) {
    codec->bit_rate = 0;  // constant quality
    av_opt_set_int(codec->priv_data, "crf", 60 - quality * 2 / 5, 0);
    av_opt_set(codec->priv_data, "deadline", "realtime", 0);
    av_opt_set_int(codec->priv_data, "cpu-used", 7, 0);
    av_opt_set_int(codec->priv_data, "lag-in-frames", 0, 0);
  } else {
    codec->flags |= AV_CODEC_FLAG_QSCALE;
    codec->global_quality = FF_QP2LAMBDA * (2 + (100 - quality) * 29 / 100);
  }
}

void VideoWriter::State::check(int code, const char* doing) const {
  if (code >= 0) return;
  output.rethrow_error();
  if (code == AVERROR(ENOMEM)) throw std::bad_alloc();
  throw InputError(
      fmt::format("{}: FFmpeg could not {} ({}), expected a {} x {} video at {} frames "
                  "per second to be possible",
                  files::shown_path(output.path()).string(),
                  doing,
                  files::error_text(code),
                  options.width,
                  options.height,
                  options.frames_per_second));
}

void VideoWriter::State::check_size(int width, int height) const {
  EYELID_EXPECTS(!is_finished);
  EYELID_EXPECTS(width == options.width && height == options.height);
}

AVFrame& VideoWriter::State::writable_frame() {
  check(av_frame_make_writable(frame.get()), "allocate frame");
  return *frame;
}

void VideoWriter::State::put(const FrameView& gray) {
  check_size(gray.width, gray.height);
  AVFrame& target = writable_frame();
  const bool is_overlay = options.kind == VideoKind::kOverlay;
  for (int y = 0; y < gray.height; ++y) {
    std::uint8_t* row = target.data[0] + static_cast<std::ptrdiff_t>(y) * target.linesize[0];
    if (!is_overlay) {
      std::memcpy(row, gray.row(y), static_cast<std::size_t>(gray.width));
      continue;
    }
    for (int x = 0; x < gray.width; ++x) row[x] = limited_range[gray.row(y)[x]];
  }
  if (!is_overlay) return;
  for (const int plane : {1, 2}) {
    std::memset(target.data[plane],
                128,
                static_cast<std::size_t>(target.linesize[plane]) *
                    static_cast<std::size_t>(target.height / 2));
  }
  repeat_edge();
}

void VideoWriter::State::put(const RgbView& color) {
  EYELID_EXPECTS(options.kind == VideoKind::kOverlay);
  check_size(color.width, color.height);
  AVFrame& target = writable_frame();
  if (!scaler) {
    scaler.reset(or_out_of_memory(sws_getContext(color.width,
                                                 color.height,
                                                 AV_PIX_FMT_RGB24,
                                                 color.width,
                                                 color.height,
                                                 AV_PIX_FMT_YUV420P,
                                                 SWS_BILINEAR | SWS_ACCURATE_RND | SWS_BITEXACT,
                                                 nullptr,
                                                 nullptr,
                                                 nullptr)));
  }
  const std::uint8_t* planes[4] = {color.pixels, nullptr, nullptr, nullptr};
  const int strides[4] = {static_cast<int>(color.stride), 0, 0, 0};
  check(sws_scale(scaler.get(), planes, strides, 0, color.height, target.data, target.linesize),
        "convert colors");
  repeat_edge();
}

/// Fills the column and row added to an odd size.
void VideoWriter::State::repeat_edge() {
  AVFrame& target = *frame;
  const auto stride = static_cast<std::ptrdiff_t>(target.linesize[0]);
  if (target.width > options.width) {
    for (int y = 0; y < options.height; ++y) {
      std::uint8_t* end = target.data[0] + y * stride + options.width;
      end[0] = end[-1];
    }
  }
  if (target.height > options.height) {
    std::uint8_t* last = target.data[0] + options.height * stride;
    std::memcpy(last, last - stride, static_cast<std::size_t>(target.width));
  }
}

std::int64_t VideoWriter::State::stamp_of(double time_s) {
  EYELID_EXPECTS(options.timing == FrameTiming::kVariable);
  const double ticks = time_s * kVariableTicksPerSecond;
  if (!(ticks >= 0.0 && ticks < 9e15)) {
    throw InputError(fmt::format("{}: frame {} has the time {} s, expected 0 s or more",
                                 files::shown_path(output.path()).string(),
                                 frames,
                                 time_s));
  }
  return std::llround(ticks);
}

void VideoWriter::State::encode(const AVFrame* picture) {
  check(avcodec_send_frame(codec.get(), picture), "encode a frame");
  while (true) {
    const int code = avcodec_receive_packet(codec.get(), packet.get());
    if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return;
    check(code, "encode a frame");
    packet->stream_index = stream->index;
    if (packet->duration == 0 && options.timing == FrameTiming::kConstant) packet->duration = 1;
    av_packet_rescale_ts(packet.get(), codec->time_base, stream->time_base);
    check(av_interleaved_write_frame(format.get(), packet.get()), "write a frame");
    output.rethrow_error();
  }
}

VideoWriter::VideoWriter(const std::filesystem::path& path, const VideoWriterOptions& options) {
  EYELID_EXPECTS(options.width > 0 && options.height > 0);
  EYELID_EXPECTS(options.frames_per_second > 0.0 && options.frames_per_second <= 1e6);
  state_ = std::make_unique<State>(path, options);
}

VideoWriter::~VideoWriter() = default;
VideoWriter::VideoWriter(VideoWriter&&) noexcept = default;
VideoWriter& VideoWriter::operator=(VideoWriter&&) noexcept = default;

namespace {

template <class State, class View>
void write_at(State& state, const View& picture, std::int64_t stamp) {
  if (stamp <= state.last_stamp) {
    throw InputError(
        fmt::format("{}: frame {} is not later than the previous one, expected "
                    "increasing times",
                    files::shown_path(state.output.path()).string(),
                    state.frames));
  }
  state.put(picture);
  state.frame->pts = stamp;
  state.last_stamp = stamp;
  ++state.frames;
  state.encode(state.frame.get());
}

}  // namespace

void VideoWriter::write(const FrameView& gray) {
  EYELID_EXPECTS(state_->options.timing == FrameTiming::kConstant);
  write_at(*state_, gray, state_->frames);
}

void VideoWriter::write(const RgbView& color) {
  EYELID_EXPECTS(state_->options.timing == FrameTiming::kConstant);
  write_at(*state_, color, state_->frames);
}

void VideoWriter::write(const FrameView& gray, double time_s) {
  write_at(*state_, gray, state_->stamp_of(time_s));
}

void VideoWriter::write(const RgbView& color, double time_s) {
  write_at(*state_, color, state_->stamp_of(time_s));
}

void VideoWriter::finish() {
  State& state = *state_;
  EYELID_EXPECTS(!state.is_finished);
  state.encode(nullptr);
  state.check(av_write_trailer(state.format.get()), "end the file");
  avio_flush(state.output.context());
  state.check(state.output.context()->error, "end the file");
  state.output.rethrow_error();
  state.is_finished = true;
  state.output.commit();
}

std::string VideoWriter::encoder() const { return state_->codec->codec->name; }

}  // namespace eyelid::films
