// SPDX-License-Identifier: MIT
#include "eyelid/video/video_decoder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <utility>

#include "eyelid/core/error.hpp"

namespace eyelid::video {
namespace {

// Packets in a row without any picture after which the rest of a file is given up: a table of
// millions of empty samples must not keep us busy for hours.
constexpr std::int64_t kMostFruitlessPackets = 100'000;

}  // namespace

VideoDecoder::VideoDecoder(const std::filesystem::path& path, const SourceOptions& options)
    : name_(path.string()), options_(options), stream_(path) {
  open(Threads::kMany);
}

VideoDecoder::VideoDecoder(std::span<const std::uint8_t> bytes,
                           const std::string& name,
                           const SourceOptions& options)
    : name_(name), options_(options), stream_(bytes) {
  open(Threads::kMany);
}

bool VideoDecoder::decode(Frame& frame) {
  while (!has_ended_) {
    switch (step()) {
      case Step::kEnd:
        note_end();
        break;
      case Step::kDamage:
        if (!is_single_threaded_) {
          start_over();
        } else {
          note_damage();
        }
        break;
      case Step::kFrame: {
        const double time_s = time_line_->place(stamp_s(*decoded_));
        note_good_frame();
        ++report_.decoded_frames;
        if (report_.decoded_frames <= delivered_) break;  // seen before the file was started over
        fill(frame, time_s);
        frame.index = delivered_++;
        return true;
      }
    }
  }
  if (delivered_ == 0 && !stream_.is_stopped()) {
    throw InputError(name_ + ": no frame could be decoded (" + info_.codec +
                     " video), expected at least one");
  }
  return false;
}

VideoDecoder::Step VideoDecoder::step() {
  while (true) {
    if (stream_.is_stopped()) return Step::kEnd;
    const int received = avcodec_receive_frame(codec_.get(), decoded_.get());
    if (received == 0) {
      fruitless_packets_ = 0;
      return is_damaged(*decoded_) ? Step::kDamage : Step::kFrame;
    }
    if (received == AVERROR_EOF) return Step::kEnd;
    if (received == AVERROR(ENOMEM)) throw std::bad_alloc();
    if (received != AVERROR(EAGAIN)) return Step::kDamage;
    if (is_draining_) return Step::kEnd;
    const PacketPtr packet = next_packet();
    is_draining_ = packet == nullptr;
    const int sent = avcodec_send_packet(codec_.get(), packet.get());
    if (sent == AVERROR(ENOMEM)) throw std::bad_alloc();
    if (sent < 0 && packet != nullptr) return Step::kDamage;
  }
}

/// The next packet of the video stream, nullptr at the end.
PacketPtr VideoDecoder::next_packet() {
  if (fruitless_packets_ > kMostFruitlessPackets) {
    end_code_ = AVERROR_INVALIDDATA;
    return nullptr;
  }
  ++fruitless_packets_;
  if (!prefetched_.empty()) {
    PacketPtr packet = std::move(prefetched_.front());
    prefetched_.pop_front();
    return packet;
  }
  return end_code_ == 0 ? read_packet() : nullptr;
}

PacketPtr VideoDecoder::read_packet() {
  PacketPtr packet(av_packet_alloc());
  if (!packet) throw std::bad_alloc();
  while (true) {
    end_code_ = av_read_frame(format_.get(), packet.get());
    if (end_code_ == AVERROR(ENOMEM)) throw std::bad_alloc();
    if (end_code_ < 0) return nullptr;
    stream_.note_progress();
    if (packet->stream_index == video_->index) break;
    av_packet_unref(packet.get());
  }
  ++packets_;
  const std::int64_t begin = packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts;
  if (begin != AV_NOPTS_VALUE) {
    const std::int64_t end = begin + std::max<std::int64_t>(packet->duration, 0);
    if (last_packet_end_ == AV_NOPTS_VALUE || end > last_packet_end_) last_packet_end_ = end;
    if (first_packet_begin_ == AV_NOPTS_VALUE) first_packet_begin_ = begin;
  }
  return packet;
}

bool VideoDecoder::is_damaged(const AVFrame& frame) const {
  return (frame.flags & AV_FRAME_FLAG_CORRUPT) != 0 || frame.decode_error_flags != 0 ||
         frame.width <= 0 || frame.height <= 0;
}

void VideoDecoder::note_damage() {
  ++report_.damaged_frames;
  if (suspects_from_ < 0) suspects_from_ = report_.decoded_frames;
  if (report_.decoded_frames == 0) {
    warn("a damaged frame before frame 0 was skipped");
  } else {
    warn(fmt::format("a damaged frame after frame {} was skipped", report_.decoded_frames - 1));
  }
}

void VideoDecoder::note_good_frame() {
  if (suspects_from_ < 0) return;
  if (decoded_->key_frame != 0) {
    end_suspect_run();
  } else {
    ++report_.suspect_frames;
  }
}

void VideoDecoder::end_suspect_run() {
  const std::int64_t first = std::exchange(suspects_from_, -1);
  const std::int64_t last = report_.decoded_frames - 1;
  if (first < 0 || last < first) return;
  warn(fmt::format("frames {} to {} were predicted from a damaged frame and may show traces of it",
                   first,
                   last));
}

void VideoDecoder::start_over() {
  const std::int64_t delivered = delivered_;
  codec_.reset();
  format_.reset();
  prefetched_.clear();
  stream_.rewind();
  report_ = {};
  suspects_from_ = -1;
  fruitless_packets_ = 0;
  packets_ = 0;
  last_packet_end_ = first_packet_begin_ = AV_NOPTS_VALUE;
  end_code_ = 0;
  is_draining_ = false;
  open(Threads::kOne);
  delivered_ = delivered;
}

std::optional<double> VideoDecoder::stamp_s(const AVFrame& frame) const {
  if (frame.best_effort_timestamp == AV_NOPTS_VALUE) return std::nullopt;
  return static_cast<double>(frame.best_effort_timestamp) * av_q2d(video_->time_base);
}

void VideoDecoder::fill(Frame& frame, double time_s) {
  frame.time_s = time_s;
  frame.is_suspect = suspects_from_ >= 0;
  if (orientation_.is_upright()) {
    luma_.read(*decoded_, name_, frame.image);
  } else {
    luma_.read(*decoded_, name_, as_stored_);
    turn_upright(as_stored_, orientation_, frame.image);
  }
  if (delivered_ == 0) {
    info_.width = frame.image.width();
    info_.height = frame.image.height();
  } else if (frame.image.width() != info_.width || frame.image.height() != info_.height) {
    warn(fmt::format("frame {} is {} x {} pixels, the first was {} x {}",
                     delivered_,
                     frame.image.width(),
                     frame.image.height(),
                     info_.width,
                     info_.height));
  }
}

void VideoDecoder::note_end() {
  has_ended_ = true;
  end_suspect_run();
  report_.was_truncated = !stream_.is_stopped() && ended_early();
  if (stream_.was_stalled()) {
    warn(fmt::format("reading was given up after frame {}: the file leads back into itself",
                     report_.decoded_frames - 1));
  } else if (report_.was_truncated) {
    warn(fmt::format("the file ends after frame {}, before its container says so",
                     report_.decoded_frames - 1));
  }
}

/// Whether the packets stop before the container says that they do.
bool VideoDecoder::ended_early() const {
  if (stream_.was_stalled()) return true;
  if (end_code_ != AVERROR_EOF) return true;
  // Only these containers write down a length that they mean.
  std::int64_t duration = video_->duration;
  if (duration == AV_NOPTS_VALUE && format_->nb_streams == 1 &&
      format_->duration_estimation_method == AVFMT_DURATION_FROM_STREAM &&
      format_->duration != AV_NOPTS_VALUE) {
    duration = av_rescale_q(format_->duration, AVRational{1, AV_TIME_BASE}, video_->time_base);
  }
  if (duration == AV_NOPTS_VALUE || last_packet_end_ == AV_NOPTS_VALUE) return false;
  const double tick_s = av_q2d(video_->time_base);
  const double got_s = static_cast<double>(last_packet_end_ - first_packet_begin_) * tick_s;
  const double said_s = static_cast<double>(duration) * tick_s;
  return said_s - got_s > 2.5 / rate_;
}

SourceReport VideoDecoder::report() const {
  SourceReport report = report_;
  if (time_line_) {
    report.timestamp_gaps = time_line_->gaps();
    report.missing_frames = time_line_->missing_frames();
    report.repaired_timestamps = time_line_->repaired();
    report.first_stamp_s = time_line_->first_stamp_s();
  }
  return report;
}

void VideoDecoder::warn(std::string sentence) {
  if (report_.warnings.size() < kMaxWarnings) report_.warnings.push_back(std::move(sentence));
}

}  // namespace eyelid::video
