// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <filesystem>
#include <future>
#include <string>
#include <vector>

#include "eyelid/video/frame_decoder.hpp"
#include "eyelid/video/time_line.hpp"

namespace eyelid::video {

/// Picture files as a recording: file i has the time i / fps. A file that cannot be decoded is
/// skipped and counted; its time remains as a gap.
///
/// Threads: SourceOptions::decoder_threads pictures are decoded in parallel (0: one per available
/// processor) and delivered in order: same frames and same report for any number.
class ImageSequence final : public FrameDecoder {
 public:
  /// `name` as given by the user; `kind` for SourceInfo. `files` must not be empty.
  ImageSequence(std::vector<std::filesystem::path> files,
                std::string name,
                std::string kind,
                const SourceOptions& options);

  const SourceInfo& info() const override { return info_; }
  bool decode(Frame& frame) override;
  SourceReport report() const override;
  void stop() override { is_stopped_ = true; }

 private:
  /// A picture that is being decoded, or why it cannot be.
  struct Pending {
    std::size_t file;
    std::future<GrayImage> image;
  };

  void decode_ahead();

  std::vector<std::filesystem::path> files_;
  std::size_t next_file_ = 0;
  std::deque<Pending> pending_;  // in the order of the files
  std::size_t threads_;
  std::size_t max_bytes_ = 1;
  std::size_t max_pending_ = 1;  // until the size of the pictures is known
  SourceInfo info_;
  SourceReport report_;
  TimeLine time_line_;
  std::string first_error_;
  std::atomic<bool> is_stopped_{false};
};

}  // namespace eyelid::video
