// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "eyelid/video/byte_stream.hpp"
#include "eyelid/video/ffmpeg_handles.hpp"
#include "eyelid/video/frame_decoder.hpp"
#include "eyelid/video/luma.hpp"
#include "eyelid/video/time_line.hpp"

namespace eyelid::video {

/// One video stream of one file, frame by frame, through FFmpeg.
///
/// Damage: a frame that FFmpeg refuses, marks as corrupt, or had to patch (error concealment) is
/// skipped and counted. Frames predicted from it are delivered, counted as suspect, and named in a
/// warning that ends at the next key frame.
///
/// Determinism: FFmpeg's frame threads decode whole files identically for any thread count, but
/// place damage differently. At the first damage the file is therefore decoded anew from its start
/// with one thread; frames already delivered are not delivered again.
class VideoDecoder final : public FrameDecoder {
 public:
  /// Throws InputError: no known container, no video stream, no decoder.
  VideoDecoder(const std::filesystem::path& path, const SourceOptions& options);
  /// From memory, which must outlive the decoder; `name` stands for the path in sentences.
  VideoDecoder(std::span<const std::uint8_t> bytes,
               const std::string& name,
               const SourceOptions& options);

  const SourceInfo& info() const override { return info_; }
  bool decode(Frame& frame) override;
  SourceReport report() const override;
  void stop() override { stream_.stop(); }

 private:
  enum class Threads { kMany, kOne };
  enum class Step { kFrame, kDamage, kEnd };

  void open(Threads threads);
  void open_container();
  void open_codec(Threads threads);
  void prefetch();
  double nominal_rate() const;
  void describe();

  PacketPtr read_packet();
  PacketPtr next_packet();
  Step step();
  bool is_damaged(const AVFrame& frame) const;
  void note_damage();
  void note_good_frame();
  void end_suspect_run();
  void start_over();
  std::optional<double> stamp_s(const AVFrame& frame) const;
  void fill(Frame& frame, double time_s);
  void note_end();
  bool ended_early() const;
  void warn(std::string sentence);

  std::string name_;
  SourceOptions options_;
  ByteStream stream_;
  FormatPtr format_;
  CodecPtr codec_;
  AVStream* video_ = nullptr;  // owned by format_
  AvFramePtr decoded_;
  std::deque<PacketPtr> prefetched_;
  Orientation orientation_;
  LumaReader luma_;
  GreyImage as_stored_;  // before it is turned upright

  SourceInfo info_;
  SourceReport report_;
  std::optional<TimeLine> time_line_;
  double rate_ = 0.0;  // of the container, for gaps

  std::int64_t delivered_ = 0;       // to the caller, over all starts
  std::int64_t suspects_from_ = -1;  // first frame of a run predicted from damage
  std::int64_t fruitless_packets_ = 0;
  std::int64_t packets_ = 0;
  std::int64_t last_packet_end_ = AV_NOPTS_VALUE;
  std::int64_t first_packet_begin_ = AV_NOPTS_VALUE;
  int end_code_ = 0;
  bool is_draining_ = false;
  bool has_ended_ = false;
  bool is_single_threaded_ = false;
};

}  // namespace eyelid::video
