// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "eyelid/video/byte_stream.hpp"
#include "eyelid/video/ffmpeg_handles.hpp"
#include "eyelid/video/frame_decoder.hpp"
#include "eyelid/video/luma.hpp"
#include "eyelid/video/time_line.hpp"

namespace eyelid::video {

/// One video stream of one file, frame by frame, through FFmpeg.
///
/// Depth: of pixels stored in 16 bits without SourceOptions::bits, the file is decoded once more
/// before the first frame: its first 500 pictures and about 500 key pictures behind them.
///
/// Damage: a frame that FFmpeg rejects, marks as corrupt, or had to patch (error concealment), or
/// whose checksum is wrong, is skipped and counted. Frames predicted from it are delivered, marked,
/// and counted as suspect, up to the next key frame. Damage that still decodes in a codec without
/// checks (VP9, Motion JPEG, Huffman codecs) cannot be detected.
///
/// Frames that are not wanted (SourceOptions::is_wanted) are left out where each stands alone; one
/// thread decodes the others, so that they come in order with those left out.
///
/// Determinism: FFmpeg decodes intact files identically with any number of threads, but damage
/// differently. With several threads every flaw is therefore an error, and at the first one the
/// file is decoded again from its start with one thread, which reports exactly what is damaged.
/// Frames already delivered came before it and are not delivered again.
class VideoDecoder final : public FrameDecoder {
 public:
  /// Throws InputError: unknown container, no video stream, no decoder.
  VideoDecoder(const std::filesystem::path& path, const SourceOptions& options);
  /// From memory, which must outlive the decoder; `name` replaces the path in messages.
  VideoDecoder(std::span<const std::uint8_t> bytes,
               const std::string& name,
               const SourceOptions& options);

  const SourceInfo& info() const override { return info_; }
  bool decode(Frame& frame) override;
  SourceReport report() const override;
  void stop() override { stream_.stop(); }

 private:
  enum class Threads { kMany, kOne };
  /// What came out of the decoder for one packet.
  struct Outcome {
    AvFramePtr picture;      // none: the packet was rejected, or its picture is not wanted
    std::int64_t order = 0;  // of its packet in the file
    std::int64_t stamp = AV_NOPTS_VALUE;
    bool is_damaged = false;
    bool is_suspect = false;
  };

  void open(Threads threads);
  void open_container();
  int choose_stream(const std::string& container);
  void settle_depth();
  bool is_skipped_for_depth(const AVPacket& packet);
  void open_codec(Threads threads);
  void prefetch();
  double nominal_rate() const;
  void compare_stamps_with(double stated_fps);
  void describe();

  PacketPtr read_packet();
  PacketPtr next_packet();
  bool is_doubtful(const AVPacket& packet) const;
  std::optional<Outcome> pull();
  std::optional<Outcome> next_outcome();
  Outcome outcome_of_picture();
  Outcome outcome_of_rejection() const;
  Outcome left_out(const AVPacket& packet);
  AvFramePtr spare_picture();
  bool needs_start_over(const Outcome& damage) const;
  void start_over(Threads threads);

  void note_damage(const Outcome& damage);
  void note_picture(Outcome& picture);
  void end_suspect_run();
  std::optional<double> stamp_s(const Outcome& outcome) const;
  void fill(const Outcome& outcome, Frame& frame);
  void check_count_of_stamps() const;
  void note_end();
  bool ended_early() const;
  void warn(std::string sentence);

  std::string name_;
  SourceOptions options_;
  ByteStream stream_;
  FormatPtr format_;
  CodecPtr codec_;
  AVStream* video_ = nullptr;  // owned by format_
  std::deque<PacketPtr> prefetched_;
  // Outcomes held back until damage that is decoded earlier but displayed later is known.
  std::deque<Outcome> waiting_;
  AvFramePtr picture_;  // the decoder's next
  std::vector<AvFramePtr> spare_pictures_;
  std::set<std::int64_t> doubtful_;  // packets sent, by number
  // While the bits in use are found: of the key packets behind the first pictures, every nth is
  // decoded.
  std::optional<std::int64_t> depth_stride_;
  std::int64_t depth_packets_ = 0;
  std::optional<int> largest_sample_;  // that they were found from
  Orientation orientation_;
  LumaReader luma_;
  GrayImage as_stored_;  // before turning upright

  SourceInfo info_;
  SourceReport report_;
  std::optional<TimeLine> time_line_;
  double rate_ = 0.0;  // of the container, for gaps

  std::int64_t delivered_ = 0;  // to the caller, over all restarts
  // A run of frames predicted from damage: the packet that began it, first and last such frame.
  std::optional<std::int64_t> damaged_packet_;
  std::int64_t first_suspect_ = -1;
  std::int64_t last_suspect_ = -1;
  std::int64_t fruitless_packets_ = 0;
  std::int64_t sent_packets_ = 0;
  std::int64_t last_packet_end_ = AV_NOPTS_VALUE;
  std::int64_t first_packet_begin_ = AV_NOPTS_VALUE;
  int end_code_ = 0;
  bool is_draining_ = false;
  bool has_ended_ = false;
  bool is_single_threaded_ = false;
  bool is_intra_only_ = false;  // the codec
  bool leaves_out_ = false;     // what is not wanted
  bool has_checksums_ = false;  // FFV1
  bool is_interlaced_ = false;
  std::int64_t clipped_ = 0;  // frames with values beyond the bits in use
  std::int64_t first_clipped_ = -1;
};

}  // namespace eyelid::video
