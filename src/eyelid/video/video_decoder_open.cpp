// SPDX-License-Identifier: MIT
// Opening: from bytes to a container, its video stream, a decoder and the nominal rate.
extern "C" {
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
}

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/core/statistics.hpp"
#include "eyelid/video/ffmpeg_versions.hpp"
#include "eyelid/video/ffv1_checksums.hpp"
#include "eyelid/video/video_decoder.hpp"

namespace eyelid::video {
namespace {

/// Packets examined for the nominal rate before decoding begins, and their maximum total size.
constexpr std::size_t kPrefetchedPackets = 48;
/// Of time stamps and container, without a warning: fields and rounded rates differ less.
constexpr double kMaxRateRatio = 1.5;
constexpr std::int64_t kPrefetched_bytes = std::int64_t{64} << 20;

/// Demuxers that would open other files or the network, or that draw text as pictures.
bool is_refused(const AVInputFormat& format) {
  constexpr std::array<std::string_view, 16> kRefused = {"hls",
                                                         "dash",
                                                         "concat",
                                                         "concatf",
                                                         "imf",
                                                         "sdp",
                                                         "rtsp",
                                                         "webm_dash_manifest",
                                                         "image2",
                                                         "lavfi",
                                                         "tty",
                                                         "bin",
                                                         "xbin",
                                                         "adf",
                                                         "idf",
                                                         "ffmetadata"};
  return (format.flags & AVFMT_NOFILE) != 0 ||
         std::find(kRefused.begin(), kRefused.end(), format.name) != kRefused.end();
}

int refuse_to_open(AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**) {
  return AVERROR(EPERM);
}

bool is_close(double a, double b) { return std::abs(a - b) <= 0.1 * b; }

bool is_intra_only(AVCodecID codec) {
  if (codec == AV_CODEC_ID_PNG) return true;  // not listed as such by FFmpeg 5.1
  const AVCodecDescriptor* descriptor = avcodec_descriptor_get(codec);
  return descriptor != nullptr && (descriptor->props & AV_CODEC_PROP_INTRA_ONLY) != 0;
}

/// Intra-only codecs reject damaged frames; the others must continue, or everything up to the next
/// key frame would be lost. Motion JPEG of many cameras has harmless flaws, and FFmpeg's TIFF
/// decoder counts every tag it does not know as one.
bool is_strict_alone(AVCodecID codec) {
  return is_intra_only(codec) && codec != AV_CODEC_ID_MJPEG && codec != AV_CODEC_ID_TIFF;
}

/// Codecs that benefit from several threads and are safe with them: in the MPEG-4 family of
/// FFmpeg 5.1 a strict error in a frame thread ends in an assertion, which would end the program.
bool takes_threads(AVCodecID codec) {
  constexpr std::array<AVCodecID, 13> kCodecs = {AV_CODEC_ID_H264,
                                                 AV_CODEC_ID_HEVC,
                                                 AV_CODEC_ID_VP8,
                                                 AV_CODEC_ID_VP9,
                                                 AV_CODEC_ID_AV1,
                                                 AV_CODEC_ID_FFV1,
                                                 AV_CODEC_ID_MAGICYUV,
                                                 AV_CODEC_ID_UTVIDEO,
                                                 AV_CODEC_ID_HUFFYUV,
                                                 AV_CODEC_ID_FFVHUFF,
                                                 AV_CODEC_ID_PRORES,
                                                 AV_CODEC_ID_DNXHD,
                                                 AV_CODEC_ID_PNG};
  return std::find(kCodecs.begin(), kCodecs.end(), codec) != kCodecs.end();
}

/// Demuxers of streams without times: FFmpeg numbers their frames at 25/s.
bool states_no_times(const AVInputFormat& format) {
  return (format.flags & AVFMT_NOTIMESTAMPS) != 0 ||
         std::string_view(format.name).ends_with("_pipe");
}

/// Pictures with pixels in 16 bits, of which cameras often fill only 10 or 12.
bool is_stored_in_16_bits(const AVCodecParameters& parameters) {
  const AVPixFmtDescriptor* format =
      av_pix_fmt_desc_get(static_cast<AVPixelFormat>(parameters.format));
  return format != nullptr && format->comp[0].depth == 16 &&
         (format->flags & AV_PIX_FMT_FLAG_FLOAT) == 0;
}

// Pictures that the bits in use are found from: so many at the beginning, so many behind.
constexpr std::int64_t kDepthPictures = 500;

double positive(AVRational rate) { return rate.num > 0 && rate.den > 0 ? av_q2d(rate) : 0.0; }

}  // namespace

void VideoDecoder::open(Threads threads) {
  silence_ffmpeg();
  open_container();
  open_codec(threads);
  prefetch();
  const double stated = nominal_rate();
  rate_ = stated > 0.0 ? stated : kAssumedRate_fps;
  double speed_up = 1.0;
  if (options_.stamps) {
    rate_ = rate_of_stamps(options_.stamps->time_s);
    if (rate_ <= 0.0) {
      rate_ = kAssumedRate_fps;
    } else if (!states_no_times(*format_->iformat)) {
      compare_stamps_with(stated);
    }
  } else if (options_.frames_per_second) {
    speed_up = *options_.frames_per_second / rate_;
  }
  time_line_.emplace(rate_, speed_up);
  describe();
  settle_depth();
}

/// The brightness must not change within a recording: one depth, from pictures all over it.
void VideoDecoder::settle_depth() {
  const bool is_16_bits = is_stored_in_16_bits(*video_->codecpar);
  if (options_.bits && !is_16_bits) {
    throw InputError(fmt::format("{}: pixels of format {}, expected 16 bits to choose {} in use",
                                 name_,
                                 info_.pixel_format,
                                 *options_.bits));
  }
  if (!is_16_bits) return;
  if (!options_.bits) {
    const std::int64_t frames = info_.frame_count.value_or(0);
    depth_stride_ = std::max<std::int64_t>(1, frames / kDepthPictures);
    int largest = 0;
    while (largest >> 14 == 0) {
      const std::optional<Outcome> outcome = pull();
      if (!outcome) break;
      if (!outcome->is_damaged) {
        largest = std::max(largest, largest_of_16_bits(*outcome->picture).value_or(0));
      }
    }
    options_.bits = used_bits_for(largest);
    largest_sample_ = largest;
    depth_stride_.reset();
    start_over(is_single_threaded_ ? Threads::kOne : Threads::kMany);
    return;  // it settled the rest
  }
  info_.used_bits = *options_.bits;
  luma_ = LumaReader(*options_.bits);
  if (largest_sample_ && *options_.bits < 16) {
    warn(depth_sentence(name_, *options_.bits, *largest_sample_));
  }
}

bool VideoDecoder::is_skipped_for_depth(const AVPacket& packet) {
  if (!depth_stride_ || ++depth_packets_ <= kDepthPictures) return false;
  return (packet.flags & AV_PKT_FLAG_KEY) == 0 || depth_packets_ % *depth_stride_ != 0;
}

void VideoDecoder::open_container() {
  const std::string expected = ", expected a video file that FFmpeg can read";
  const AVInputFormat* kind = nullptr;
  int code = av_probe_input_buffer2(stream_.context(), &kind, name_.c_str(), nullptr, 0, 0);
  stream_.check_reads(name_);
  if (code < 0 || kind == nullptr) throw InputError(name_ + ": unknown video format" + expected);
  if (is_refused(*kind)) {
    throw InputError(name_ + ": " + kind->name + " (text or a list of other files)" + expected);
  }
  AVFormatContext* context = avformat_alloc_context();
  if (context == nullptr) throw std::bad_alloc();
  context->pb = stream_.context();
  context->flags |= AVFMT_FLAG_CUSTOM_IO;
  context->io_open = refuse_to_open;
  context->max_streams = 64;
  context->interrupt_callback = {
      [](void* stream) { return static_cast<ByteStream*>(stream)->is_stopped() ? 1 : 0; },
      &stream_};
  AVDictionary* settings = nullptr;
  // Else frames of GIF shorter than 20 ms last 100 ms, as in browsers.
  if (std::string_view(kind->name) == "gif") av_dict_set(&settings, "min_delay", "1", 0);
  av_dict_set(&settings, "protocol_whitelist", "none", 0);
  code = avformat_open_input(&context, name_.c_str(), kind, &settings);
  av_dict_free(&settings);
  // On failure FFmpeg has freed the context.
  if (code < 0) {
    stream_.check_reads(name_);
    throw InputError(name_ + ": no readable video (" + error_text(code) + " in " + kind->name +
                     ")" + expected);
  }
  format_.reset(context);
  code = avformat_find_stream_info(context, nullptr);
  stream_.check_reads(name_);
  const int index = choose_stream(kind->name);
  if (code < 0)
    throw InputError(name_ + ": no readable video (" + error_text(code) + ")" + expected);
  for (unsigned i = 0; i < context->nb_streams; ++i) {
    if (static_cast<int>(i) != index) context->streams[i]->discard = AVDISCARD_ALL;
  }
  video_ = context->streams[index];
}

/// The index in the container of the stream to read.
int VideoDecoder::choose_stream(const std::string& container) {
  AVFormatContext* context = format_.get();
  std::vector<int> videos;
  std::string listed;
  for (unsigned i = 0; i < context->nb_streams; ++i) {
    const AVStream& stream = *context->streams[i];
    if (stream.codecpar->codec_type != AVMEDIA_TYPE_VIDEO ||
        (stream.disposition & AV_DISPOSITION_ATTACHED_PIC) != 0) {
      continue;
    }
    if (!videos.empty()) listed += ", ";
    listed += fmt::format("{} ({} {}x{})",
                          videos.size(),
                          avcodec_get_name(stream.codecpar->codec_id),
                          stream.codecpar->width,
                          stream.codecpar->height);
    videos.push_back(static_cast<int>(i));
  }
  if (videos.empty()) {
    const bool has_sound =
        av_find_best_stream(context, AVMEDIA_TYPE_AUDIO, -1, -1, nullptr, 0) >= 0;
    throw InputError(name_ + ": " + (has_sound ? "only audio" : "no video stream") + " in " +
                     container + ", expected a video stream");
  }
  const auto count = std::ssize(videos);
  if (options_.stream) {
    if (*options_.stream < 0 || *options_.stream >= count) {
      throw InputError(fmt::format(
          "{}: no video stream {}, expected one of {}", name_, *options_.stream, listed));
    }
    if (count > 1) info_.stream = *options_.stream;
    return videos[static_cast<std::size_t>(*options_.stream)];
  }
  const int best = av_find_best_stream(context, AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
  const auto place = std::find(videos.begin(), videos.end(), best);
  const auto chosen = place == videos.end() ? 0 : place - videos.begin();
  if (count > 1) {
    info_.stream = chosen;
    warn(fmt::format("{} video streams: {}; stream {} is measured", count, listed, chosen));
  }
  return videos[static_cast<std::size_t>(chosen)];
}

void VideoDecoder::open_codec(Threads threads) {
  const AVCodecParameters& parameters = *video_->codecpar;
  const AVCodec* codec = avcodec_find_decoder(parameters.codec_id);
  if (codec == nullptr) {
    throw InputError(name_ + ": this FFmpeg has no decoder for " +
                     avcodec_get_name(parameters.codec_id) + ", expected a codec it knows");
  }
  if (parameters.width > kMaxSide_px || parameters.height > kMaxSide_px ||
      static_cast<std::int64_t>(parameters.width) * parameters.height > kMaxArea_px) {
    throw InputError(
        fmt::format("{}: frames of {} x {} pixels, expected at most {} per side and {} "
                    "in total",
                    name_,
                    parameters.width,
                    parameters.height,
                    kMaxSide_px,
                    kMaxArea_px));
  }
  codec_.reset(avcodec_alloc_context3(codec));
  if (!codec_) throw std::bad_alloc();
  int code = avcodec_parameters_to_context(codec_.get(), &parameters);
  codec_->pkt_timebase = video_->time_base;
  codec_->max_pixels = kMaxArea_px;
  is_intra_only_ = is_intra_only(parameters.codec_id);
  leaves_out_ = options_.is_wanted && is_intra_only_;
  is_single_threaded_ = threads == Threads::kOne || options_.decoder_threads == 1 || leaves_out_ ||
                        !takes_threads(parameters.codec_id);
  codec_->err_recognition = AV_EF_CRCCHECK | AV_EF_BITSTREAM | AV_EF_BUFFER;
  if (!is_single_threaded_ || is_strict_alone(parameters.codec_id)) {
    codec_->err_recognition |= AV_EF_EXPLODE;
  }
  // Without it, frames before the first key frame disappear uncounted; with it they are marked.
  codec_->flags |= AV_CODEC_FLAG_OUTPUT_CORRUPT;
  // Else WMV 2 and JPEG 2000 take short cuts that depend on the processor.
  codec_->flags |= AV_CODEC_FLAG_BITEXACT;
  // And MPEG-4, H.263, DV and DNxHD would have a transform of their own on AArch64.
  codec_->idct_algo = FF_IDCT_SIMPLE;
  carry_orders(*codec_);
  codec_->thread_count = is_single_threaded_ ? 1 : options_.decoder_threads;
  if (code >= 0) code = avcodec_open2(codec_.get(), codec, nullptr);
  if (code < 0) {
    throw InputError(name_ + ": the " + codec->name + " decoder rejects the stream (" +
                     error_text(code) + "), expected one it can decode");
  }
}

void VideoDecoder::prefetch() {
  std::int64_t bytes = 0;
  while (prefetched_.size() < kPrefetchedPackets && bytes < kPrefetched_bytes) {
    PacketPtr packet = read_packet();
    if (!packet) return;
    bytes += packet->size;
    // One intact frame with checksums shows that all have them.
    if (video_->codecpar->codec_id == AV_CODEC_ID_FFV1 && !has_checksums_) {
      has_checksums_ =
          has_right_ffv1_checksums({packet->data, static_cast<std::size_t>(packet->size)});
    }
    prefetched_.push_back(std::move(packet));
  }
}

/// 0 where nothing tells. The rate stored in a container may be a guess, twice the frame rate
/// (fields), or that of an empty track. The median step of the first timestamps is the camera's;
/// the container's exact fraction is used if it agrees.
double VideoDecoder::nominal_rate() const {
  const double average = positive(video_->avg_frame_rate);
  const double base = positive(video_->r_frame_rate);
  std::vector<std::int64_t> stamps;
  for (const PacketPtr& packet : prefetched_) {
    const std::int64_t stamp = packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts;
    if (stamp != AV_NOPTS_VALUE) stamps.push_back(stamp);
  }
  std::sort(stamps.begin(), stamps.end());
  std::vector<std::int64_t> steps;
  for (std::size_t i = 1; i < stamps.size(); ++i) {
    if (stamps[i] > stamps[i - 1]) steps.push_back(stamps[i] - stamps[i - 1]);
  }
  double measured = 0.0;
  if (steps.size() >= 2) {
    const auto step = static_cast<double>(upper_median(std::move(steps)));
    measured = 1.0 / (step * av_q2d(video_->time_base));
  }
  for (const double stated : {average, base}) {
    if (stated > 0.0 && (measured == 0.0 || is_close(stated, measured))) return stated;
  }
  return measured > 0.0 && std::isfinite(measured) ? measured : 0.0;
}

/// A film of 500 frames/s is often stored to be played at 25: only the user knows whether stamps of
/// another rate are right, of another unit, or of another film.
void VideoDecoder::compare_stamps_with(double stated_fps) {
  const double ratio = rate_ / stated_fps;  // not finite where nothing is stated
  if (!std::isfinite(ratio) || (ratio <= kMaxRateRatio && ratio >= 1.0 / kMaxRateRatio)) return;
  warn(
      fmt::format("{}: {:.4g} frames/s, but the file says {:.4g}: right only if it is stored to be "
                  "played slower or faster than it was recorded; else the unit is another one, or "
                  "the stamps are of another recording",
                  options_.stamps->source,
                  rate_,
                  stated_fps));
}

void VideoDecoder::describe() {
  const AVCodecParameters& parameters = *video_->codecpar;
  const std::int32_t* matrix = display_matrix(*video_);
  orientation_ = matrix != nullptr ? orientation_from_display_matrix(matrix) : Orientation{};
  const char* pixel_format = av_get_pix_fmt_name(static_cast<AVPixelFormat>(parameters.format));
  info_.path = name_;
  info_.kind = "video";
  info_.container = format_->iformat->name;
  info_.codec = avcodec_get_name(parameters.codec_id);
  info_.pixel_format = pixel_format != nullptr ? pixel_format : "";
  info_.frames_per_second = options_.stamps ? rate_ : options_.frames_per_second.value_or(rate_);
  info_.clock = options_.stamps              ? options_.stamps->source
                : options_.frames_per_second ? "container, scaled to the given rate"
                                             : "container";
  if (info_.clock == "container" && rate_ == kAssumedRate_fps &&
      states_no_times(*format_->iformat)) {
    info_.clock = "assumed rate";
    warn(
        fmt::format("{}: {} states no times, so {:.0f} frames/s are assumed: every time and "
                    "duration depends on it; give the true rate or the time stamps",
                    name_,
                    info_.container,
                    rate_));
  }
  info_.frame_count.reset();
  if (video_->nb_frames > 0) {
    info_.frame_count = video_->nb_frames;
  } else if (format_->duration != AV_NOPTS_VALUE && format_->duration > 0) {
    const double seconds = static_cast<double>(format_->duration) / AV_TIME_BASE;
    info_.frame_count = static_cast<std::int64_t>(std::min(seconds * rate_ + 0.5, 1e15));
  }
  const AVRational aspect = av_guess_sample_aspect_ratio(format_.get(), video_, nullptr);
  if (aspect.num > 0 && aspect.den > 0 && aspect.num != aspect.den) {
    warn(fmt::format(
        "pixels are not square ({}:{}); all lengths are in stored pixels", aspect.num, aspect.den));
  }
}

}  // namespace eyelid::video
