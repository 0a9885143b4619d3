// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <future>
#include <optional>
#include <string>
#include <vector>

#include "eyelid/video/frame_decoder.hpp"
#include "eyelid/video/picture.hpp"
#include "eyelid/video/time_line.hpp"

namespace eyelid::video {

/// Picture files as a recording; every picture of a TIFF stack is a frame. A picture that cannot be
/// decoded is skipped and counted; its time remains as a gap.
///
/// Time of picture i, by the first that applies: SourceOptions::stamps; number / rate given by the
/// user, the number from the name where names are numbered (a missing number is a gap), else i; the
/// stamps in the names; number / 25, with a warning.
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
  /// One frame: a file, or one picture of a TIFF file.
  struct Picture {
    std::size_t file;
    std::optional<std::uint64_t> tiff_directory;
  };
  struct Decoded {
    GrayImage image;
    bool is_clipped = false;  // holds values beyond the bits in use
  };
  /// A picture that is being decoded, or why it cannot be.
  struct Pending {
    std::size_t picture;
    std::future<Decoded> decoded;
  };

  void list_pictures();
  void set_clock(const SourceOptions& options);
  void count_by_names(double frames_per_second);
  void settle_depth(std::optional<int> given_bits);
  std::optional<StoredPicture> read_if_intact(std::size_t picture) const;
  Decoded read(std::size_t picture) const;
  void decode_ahead();
  void note_clipped(std::size_t picture);
  void warn(std::string sentence);

  std::vector<std::filesystem::path> files_;
  std::vector<Picture> pictures_;
  std::vector<double> stamps_s_;  // one per picture
  std::optional<int> used_bits_;
  std::size_t next_picture_ = 0;
  std::deque<Pending> pending_;  // in order
  std::size_t threads_;
  std::size_t max_bytes_ = 1;
  std::size_t max_pending_ = 1;  // until the size of the pictures is known
  SourceInfo info_;
  SourceReport report_;
  std::optional<TimeLine> time_line_;
  std::int64_t clipped_ = 0;
  std::string first_clipped_;
  std::string first_error_;
  std::atomic<bool> is_stopped_{false};
};

}  // namespace eyelid::video
