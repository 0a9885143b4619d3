// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "eyelid/video/clips.hpp"
#include "eyelid/video/frame_decoder.hpp"

namespace eyelid::video {

/// The clips of a session one after another: numbers and times of their frames run on, each clip
/// beginning one frame period after the end of the last. One is open at a time.
///
/// All are opened once before the first frame is decoded. Throws InputError, naming the clip, where
/// picture size or frame rate (by more than 10 %) differs from the first one's, for time stamps
/// (they are those of one recording), and what the decoders throw.
class ClipDecoder final : public FrameDecoder {
 public:
  using Open =
      std::function<std::unique_ptr<FrameDecoder>(const ClipInputs&, const SourceOptions&)>;
  ClipDecoder(std::vector<ClipInputs> clips, Open open, const SourceOptions& options);

  const SourceInfo& info() const override { return info_; }
  bool decode(Frame& frame) override;
  SourceReport report() const override;
  void stop() override;

 private:
  struct Warning {
    std::string sentence;
    std::set<std::size_t> clips;  // that it is true of
  };

  void examine();
  bool open_next();
  void end_clip();
  void merge(const SourceReport& report);
  void add_warning(const std::string& sentence, std::size_t clip);
  std::string name_of(std::size_t clip) const;

  std::vector<ClipInputs> clips_;
  Open open_;
  SourceOptions options_;
  SourceInfo info_;
  SourceReport merged_;
  std::vector<Warning> warnings_;

  std::mutex mutex_;  // of current_, which stop() uses from another thread
  std::unique_ptr<FrameDecoder> current_;
  std::size_t next_clip_ = 0;
  std::int64_t delivered_ = 0;
  std::int64_t first_frame_ = 0;  // of the current clip
  double first_s_ = 0.0;
  double last_s_ = 0.0;
  std::atomic<bool> is_stopped_{false};
};

}  // namespace eyelid::video
