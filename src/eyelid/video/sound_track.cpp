// SPDX-License-Identifier: MIT
#include "eyelid/video/sound_track.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/files/interruption.hpp"
#include "eyelid/video/byte_stream.hpp"
#include "eyelid/video/ffmpeg_handles.hpp"

namespace eyelid::video {
namespace {

// A container must not make FFmpeg open other files.
int refuse_other_files(AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**) {
  return AVERROR(EPERM);
}

float value_at(const AVFrame& frame, int channel, int sample) {
  const auto format = static_cast<AVSampleFormat>(frame.format);
  const bool is_planar = av_sample_fmt_is_planar(format) != 0;
  const std::uint8_t* plane = frame.extended_data[is_planar ? channel : 0];
  const int index = is_planar ? sample : sample * frame.ch_layout.nb_channels + channel;
  switch (av_get_packed_sample_fmt(format)) {
    case AV_SAMPLE_FMT_U8:
      return (static_cast<float>(plane[index]) - 128.0f) / 128.0f;
    case AV_SAMPLE_FMT_S16:
      return static_cast<float>(reinterpret_cast<const std::int16_t*>(plane)[index]) / 32768.0f;
    case AV_SAMPLE_FMT_S32:
      return static_cast<float>(reinterpret_cast<const std::int32_t*>(plane)[index]) /
             2147483648.0f;
    case AV_SAMPLE_FMT_FLT:
      return reinterpret_cast<const float*>(plane)[index];
    case AV_SAMPLE_FMT_DBL:
      return static_cast<float>(reinterpret_cast<const double*>(plane)[index]);
    default:
      return 0.0f;
  }
}

class SoundReader {
 public:
  explicit SoundReader(const std::filesystem::path& path) : name_(path.string()), bytes_(path) {
    silence_ffmpeg();
    AVFormatContext* context = avformat_alloc_context();
    if (context == nullptr) throw std::bad_alloc();
    context->pb = bytes_.context();
    context->io_open = refuse_other_files;
    context->flags |= AVFMT_FLAG_CUSTOM_IO;
    if (avformat_open_input(&context, nullptr, nullptr, nullptr) < 0) {
      throw InputError(name_ + ": is no film, expected an event log, or a film with sound");
    }
    container_.reset(context);
    if (avformat_find_stream_info(context, nullptr) < 0) {
      throw InputError(name_ + ": damaged, expected a film with sound");
    }
    const AVCodec* codec = nullptr;
    sound_ = av_find_best_stream(context, AVMEDIA_TYPE_AUDIO, -1, -1, &codec, 0);
    if (sound_ < 0 || codec == nullptr) {
      throw InputError(name_ + ": has no sound that can be decoded, expected TTL pulses as sound");
    }
    picture_ = av_find_best_stream(context, AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
    decoder_.reset(avcodec_alloc_context3(codec));
    if (!decoder_ || avcodec_parameters_to_context(decoder_.get(), stream().codecpar) < 0 ||
        avcodec_open2(decoder_.get(), codec, nullptr) < 0) {
      throw InputError(name_ + ": has sound that cannot be decoded, expected TTL pulses as sound");
    }
  }

  SoundClock read(const std::function<void(double, std::span<const float>)>& visit) {
    const PacketPtr packet(av_packet_alloc());
    while (av_read_frame(container_.get(), packet.get()) >= 0) {
      files::throw_if_interrupted();
      bytes_.note_progress();
      if (packet->stream_index == sound_) {
        avcodec_send_packet(decoder_.get(), packet.get());
        take_frames(visit);
      } else if (packet->stream_index == picture_ && packet->pts != AV_NOPTS_VALUE &&
                 (packet->flags & AV_PKT_FLAG_DISCARD) == 0) {  // before an edit list's beginning
        const double time_s =
            static_cast<double>(packet->pts) * av_q2d(container_->streams[picture_]->time_base);
        // Packets are stored in decoding order: the first picture shown may come later.
        clock_.first_picture_s = std::min(clock_.first_picture_s.value_or(time_s), time_s);
      }
      av_packet_unref(packet.get());
    }
    bytes_.check_reads(name_);
    avcodec_send_packet(decoder_.get(), nullptr);
    take_frames(visit);
    if (clock_.channels == 0) {
      throw InputError(name_ + ": no sound could be decoded, expected TTL pulses as sound");
    }
    return clock_;
  }

 private:
  AVStream& stream() { return *container_->streams[sound_]; }

  void take_frames(const std::function<void(double, std::span<const float>)>& visit) {
    while (avcodec_receive_frame(decoder_.get(), frame_.get()) >= 0) {
      const int channels = frame_->ch_layout.nb_channels;
      const int rate = frame_->sample_rate;
      if (channels < 1 || channels > kMaxChannels || rate < 1) continue;
      if (clock_.channels == 0) clock_.channels = channels;
      if (channels != clock_.channels) continue;
      clock_.samples_per_second = rate;
      if (frame_->best_effort_timestamp != AV_NOPTS_VALUE) {
        next_s_ = static_cast<double>(frame_->best_effort_timestamp) * av_q2d(stream().time_base);
      }
      values_.resize(static_cast<std::size_t>(channels));
      for (int i = 0; i < frame_->nb_samples; ++i) {
        for (int k = 0; k < channels; ++k) {
          values_[static_cast<std::size_t>(k)] = value_at(*frame_, k, i);
        }
        visit(next_s_ + static_cast<double>(i) / rate, values_);
      }
      next_s_ += static_cast<double>(frame_->nb_samples) / rate;
    }
  }

  static constexpr int kMaxChannels = 64;
  std::string name_;
  ByteStream bytes_;
  FormatPtr container_;
  CodecPtr decoder_;
  AvFramePtr frame_{av_frame_alloc()};
  int sound_ = -1;
  int picture_ = -1;
  double next_s_ = 0.0;
  std::vector<float> values_;
  SoundClock clock_;
};

}  // namespace

SoundClock visit_sound(const std::filesystem::path& path,
                       const std::function<void(double time_s, std::span<const float>)>& visit) {
  return SoundReader(path).read(visit);
}

}  // namespace eyelid::video
