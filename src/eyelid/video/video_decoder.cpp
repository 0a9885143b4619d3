// SPDX-License-Identifier: MIT
#include "eyelid/video/video_decoder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <utility>

#include "eyelid/core/error.hpp"
#include "eyelid/video/container_length.hpp"
#include "eyelid/video/ffmpeg_versions.hpp"
#include "eyelid/video/ffv1_checksums.hpp"
#include "eyelid/video/tiff_file.hpp"

namespace eyelid::video {
namespace {

// Consecutive packets without a picture after which decoding stops: a table of millions of empty
// samples must not keep us busy for hours.
constexpr std::int64_t kMaxFruitlessPackets = 100'000;

// When only the stated duration shows a truncation: the last frame's duration is often a guess.
constexpr double kLostPeriods = 2.5;

bool is_whole_tiff(std::span<const std::uint8_t> packet) {
  if (packet.empty()) return false;
  try {
    ByteStream file(packet);
    read_tiff(file, list_tiff(file, "packet").directories.front(), "packet");
    return true;
  } catch (const InputError&) {
    return false;
  }
}

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
    std::optional<Outcome> outcome = next_outcome();
    if (!outcome) {
      note_end();
      break;
    }
    if (outcome->is_damaged) {
      if (needs_start_over(*outcome)) {
        start_over(Threads::kOne);
      } else {
        note_damage(*outcome);
      }
      continue;
    }
    check_count_of_stamps();
    const double time_s = time_line_->place(stamp_s(*outcome));
    if (outcome->picture) note_picture(*outcome);
    ++report_.decoded_frames;
    // Pictures delivered before a restart are not delivered twice.
    const bool is_new = report_.decoded_frames > delivered_;
    if (is_new) {
      frame.time_s = time_s;
      if (outcome->picture) fill(*outcome, frame);
      frame.index = delivered_++;
    }
    if (outcome->picture) spare_pictures_.push_back(std::move(outcome->picture));
    if (is_new) return true;
  }
  if (delivered_ == 0 && !stream_.is_stopped()) {
    throw InputError(name_ + ": no frame could be decoded (" + info_.codec +
                     " video), expected at least one");
  }
  return false;
}

/// The next outcome in presentation order; nothing at the end.
std::optional<VideoDecoder::Outcome> VideoDecoder::next_outcome() {
  // Pictures displayed before a damaged one may have been decoded after, and from, it: they wait as
  // long as any codec reorders. Several threads stop at the first damage in decoding order.
  constexpr std::size_t kMaxReordered = 16;
  const std::size_t delay = is_single_threaded_ && codec_->has_b_frames > 0 ? kMaxReordered : 0;
  while (waiting_.size() <= delay) {
    std::optional<Outcome> outcome = pull();
    if (!outcome) break;
    if (outcome->is_damaged) {
      for (Outcome& earlier : waiting_) {
        if (earlier.order > outcome->order) earlier.is_suspect = true;
      }
    }
    waiting_.push_back(std::move(*outcome));
  }
  if (waiting_.empty()) return std::nullopt;
  std::optional<Outcome> first = std::move(waiting_.front());
  waiting_.pop_front();
  return first;
}

/// Feeds the decoder until it returns a picture or rejects a packet. FFmpeg's "out of memory" is a
/// rejection like any other: it reports it for absurd sizes in a damaged file.
std::optional<VideoDecoder::Outcome> VideoDecoder::pull() {
  if (!picture_) picture_ = spare_picture();
  while (!stream_.is_stopped()) {
    const int received = avcodec_receive_frame(codec_.get(), picture_.get());
    if (received == 0) return outcome_of_picture();
    if (received == AVERROR_EOF) return std::nullopt;
    if (received != AVERROR(EAGAIN)) return outcome_of_rejection();
    if (is_draining_) return std::nullopt;
    const PacketPtr packet = next_packet();
    is_draining_ = packet == nullptr;
    if (packet && leaves_out_ && !depth_stride_ && sent_packets_ > 0 &&
        !options_.is_wanted(sent_packets_)) {
      return left_out(*packet);
    }
    if (packet) {
      // Returned with the picture, however much later: the decoding order.
      set_order(*codec_, *packet, ++sent_packets_);
      if (is_doubtful(*packet)) doubtful_.insert(sent_packets_);
    }
    const int sent = avcodec_send_packet(codec_.get(), packet.get());
    // At the end too: what the decoder still held is then lost, and must be told.
    if (sent < 0) return outcome_of_rejection();
  }
  return std::nullopt;
}

VideoDecoder::Outcome VideoDecoder::outcome_of_picture() {
  fruitless_packets_ = 0;
  Outcome outcome;
  outcome.order = order_of(*picture_);
  outcome.stamp = picture_->best_effort_timestamp;
  outcome.is_damaged = (picture_->flags & AV_FRAME_FLAG_CORRUPT) != 0 ||
                       picture_->decode_error_flags != 0 || picture_->width <= 0 ||
                       picture_->height <= 0 || doubtful_.erase(outcome.order) > 0;
  outcome.picture = std::move(picture_);
  return outcome;
}

/// A frame that nobody will look at. The first is always decoded: it tells the size.
VideoDecoder::Outcome VideoDecoder::left_out(const AVPacket& packet) {
  fruitless_packets_ = 0;
  Outcome outcome;
  outcome.order = ++sent_packets_;
  outcome.stamp = packet.pts != AV_NOPTS_VALUE ? packet.pts : packet.dts;
  return outcome;
}

VideoDecoder::Outcome VideoDecoder::outcome_of_rejection() const {
  Outcome outcome;
  outcome.order = sent_packets_;
  outcome.is_damaged = true;
  return outcome;
}

AvFramePtr VideoDecoder::spare_picture() {
  AvFramePtr picture;
  if (spare_pictures_.empty()) {
    picture.reset(av_frame_alloc());
    if (!picture) throw std::bad_alloc();
  } else {
    picture = std::move(spare_pictures_.back());
    spare_pictures_.pop_back();
    av_frame_unref(picture.get());
  }
  return picture;
}

/// True if a packet is known to be damaged before decoding.
bool VideoDecoder::is_doubtful(const AVPacket& packet) const {
  if ((packet.flags & AV_PKT_FLAG_CORRUPT) != 0) return true;
  // Not strict, FFmpeg's TIFF decoder leaves parts of a damaged picture black.
  if (video_->codecpar->codec_id == AV_CODEC_ID_TIFF) {
    return !is_whole_tiff({packet.data, static_cast<std::size_t>(packet.size)});
  }
  return has_checksums_ &&
         !has_right_ffv1_checksums({packet.data, static_cast<std::size_t>(packet.size)});
}

/// A wrong checksum does not depend on the number of threads; the decoder's verdict does.
bool VideoDecoder::needs_start_over(const Outcome& damage) const {
  return !is_single_threaded_ && !(has_checksums_ && damage.picture != nullptr);
}

/// The next packet of the video stream, nullptr at the end.
PacketPtr VideoDecoder::next_packet() {
  if (fruitless_packets_ > kMaxFruitlessPackets) {
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
    stream_.check_reads(name_);
    if (end_code_ < 0) return nullptr;
    stream_.note_progress();
    if (packet->stream_index == video_->index && !is_skipped_for_depth(*packet)) break;
    av_packet_unref(packet.get());
  }
  const std::int64_t begin = packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts;
  if (begin != AV_NOPTS_VALUE) {
    const std::int64_t end = begin + std::max<std::int64_t>(packet->duration, 0);
    if (last_packet_end_ == AV_NOPTS_VALUE || end > last_packet_end_) last_packet_end_ = end;
    if (first_packet_begin_ == AV_NOPTS_VALUE) first_packet_begin_ = begin;
  }
  return packet;
}

void VideoDecoder::note_damage(const Outcome& damage) {
  ++report_.damaged_frames;
  damaged_packet_ = std::min(damaged_packet_.value_or(damage.order), damage.order);
  if (report_.decoded_frames == 0) {
    warn("a damaged frame before frame 0 was skipped");
  } else {
    warn(fmt::format("a damaged frame after frame {} was skipped", report_.decoded_frames - 1));
  }
}

/// Decides whether a good picture is suspect.
void VideoDecoder::note_picture(Outcome& outcome) {
  if (damaged_packet_ && outcome.order > *damaged_packet_) {
    if (is_key_frame(*outcome.picture)) {
      end_suspect_run();
    } else {
      outcome.is_suspect = true;
    }
  }
  if (!outcome.is_suspect) return;
  ++report_.suspect_frames;
  if (first_suspect_ < 0) first_suspect_ = report_.decoded_frames;
  last_suspect_ = report_.decoded_frames;
}

void VideoDecoder::end_suspect_run() {
  damaged_packet_.reset();
  const std::int64_t first = std::exchange(first_suspect_, -1);
  if (first < 0) return;
  warn(fmt::format("frames {} to {} were predicted from a damaged frame and may contain artifacts",
                   first,
                   last_suspect_));
}

void VideoDecoder::start_over(Threads threads) {
  waiting_.clear();
  spare_pictures_.clear();
  doubtful_.clear();
  codec_.reset();
  format_.reset();
  prefetched_.clear();
  stream_.rewind();
  report_ = {};
  damaged_packet_.reset();
  first_suspect_ = -1;
  fruitless_packets_ = 0;
  sent_packets_ = 0;
  last_packet_end_ = first_packet_begin_ = AV_NOPTS_VALUE;
  end_code_ = 0;
  is_draining_ = false;
  is_interlaced_ = false;
  clipped_ = 0;
  first_clipped_ = -1;
  open(threads);
}

/// The stamps of a side file count damaged frames.
void VideoDecoder::check_count_of_stamps() const {
  if (!options_.stamps) return;
  const std::int64_t frames =
      report_.decoded_frames + report_.damaged_frames + (has_ended_ ? 0 : 1);
  const std::int64_t stamps = std::ssize(options_.stamps->time_s);
  if (has_ended_ ? frames == stamps : frames <= stamps) return;
  throw InputError(fmt::format("{}: {} time stamps for {}{} frames of {}; expected one each",
                               options_.stamps->source,
                               stamps,
                               has_ended_ ? "" : "at least ",
                               frames,
                               name_));
}

std::optional<double> VideoDecoder::stamp_s(const Outcome& outcome) const {
  if (options_.stamps) {
    return options_.stamps
        ->time_s[static_cast<std::size_t>(report_.decoded_frames + report_.damaged_frames)];
  }
  if (outcome.stamp == AV_NOPTS_VALUE) return std::nullopt;
  return static_cast<double>(outcome.stamp) * av_q2d(video_->time_base);
}

void VideoDecoder::fill(const Outcome& outcome, Frame& frame) {
  frame.is_suspect = outcome.is_suspect;
  if (info_.used_bits) {
    const std::optional<int> largest = largest_of_16_bits(*outcome.picture);
    if (largest && *largest >> *info_.used_bits != 0 && clipped_++ == 0) {
      first_clipped_ = delivered_;
    }
  }
  if (is_interlaced(*outcome.picture) && !is_interlaced_) {
    is_interlaced_ = true;
    warn(
        fmt::format("frame {} is interlaced: its odd and even lines were taken at different times, "
                    "lids in motion have combs; deinterlace the video first",
                    delivered_));
  }
  if (orientation_.is_upright()) {
    luma_.read(*outcome.picture, name_, frame.image);
  } else {
    luma_.read(*outcome.picture, name_, as_stored_);
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
  stream_.check_reads(name_);
  if (!stream_.is_stopped()) check_count_of_stamps();
  end_suspect_run();
  report_.was_truncated = !stream_.is_stopped() && ended_early();
  if (stream_.was_stalled()) {
    warn(fmt::format("decoding stopped after frame {}: the file has a circular index",
                     report_.decoded_frames - 1));
  } else if (report_.was_truncated) {
    warn(fmt::format("the file is truncated after frame {}: its container is longer",
                     report_.decoded_frames - 1));
  }
}

/// True if the packets end before the container's stated end.
bool VideoDecoder::ended_early() const {
  if (stream_.was_stalled()) return true;
  if (end_code_ != AVERROR_EOF) return true;
  const auto read_at = [this](std::int64_t offset, std::span<std::uint8_t> target) {
    return stream_.read_at(offset, target);
  };
  const std::optional<std::int64_t> stated = stated_length(read_at, stream_.size());
  stream_.check_reads(name_);
  if (stated.value_or(0) > stream_.size()) return true;
  // Only these containers store a reliable length.
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
  return said_s - got_s > kLostPeriods / rate_;
}

SourceReport VideoDecoder::report() const {
  SourceReport report = report_;
  report.frames_stand_alone =
      is_intra_only_ && report.damaged_frames == 0 && report.decoded_frames == sent_packets_;
  if (time_line_) {
    report.timestamp_gaps = time_line_->gaps();
    report.missing_frames = time_line_->missing_frames();
    report.repaired_timestamps = time_line_->repaired();
    report.first_stamp_s = time_line_->first_stamp_s();
    for (std::string& sentence : time_line_->warnings()) {
      if (report.warnings.size() < kMaxWarnings) report.warnings.push_back(std::move(sentence));
    }
  }
  if (clipped_ > 0 && report.warnings.size() < kMaxWarnings) {
    report.warnings.push_back(
        fmt::format("{} frames hold values beyond the {} bits in use and are clipped to white, the "
                    "first is frame {}",
                    clipped_,
                    *info_.used_bits,
                    first_clipped_));
  }
  return report;
}

void VideoDecoder::warn(std::string sentence) {
  if (report_.warnings.size() < kMaxWarnings) report_.warnings.push_back(std::move(sentence));
}

}  // namespace eyelid::video
