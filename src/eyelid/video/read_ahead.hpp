// SPDX-License-Identifier: MIT
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "eyelid/video/brightness_check.hpp"
#include "eyelid/video/frame_decoder.hpp"
#include "eyelid/video/frame_source.hpp"

namespace eyelid::video {

/// Runs a decoder in its own thread, at most `read_ahead` frames ahead of the reader, and reports
/// light in which lids cannot be measured.
///
/// Memory: at most `read_ahead` waiting images, one being decoded, and the reader's own; fewer if
/// they would exceed 1 GiB together. Images circulate (decoder -> reader -> next() -> decoder), so
/// nothing is allocated in the steady state.
///
/// Errors: next() throws what the decoder throws, after the frames before it. The destructor stops
/// a running decode and waits for it.
class ReadAheadSource final : public FrameSource {
 public:
  /// Decodes the first frame, so that info() is complete and a recording without any frame throws
  /// here.
  ReadAheadSource(std::unique_ptr<FrameDecoder> decoder, int read_ahead);
  ~ReadAheadSource() override;

  const SourceInfo& info() const override { return info_; }
  bool next(Frame& frame) override;
  SourceReport report() const override;

 private:
  void run();
  SourceReport complete_report() const;
  /// False if the reader is gone.
  bool deliver(Frame frame);
  Frame take_used_frame();

  std::unique_ptr<FrameDecoder> decoder_;
  SourceInfo info_;
  BrightnessCheck brightness_;  // of the decoding thread
  std::size_t capacity_;

  mutable std::mutex mutex_;
  std::condition_variable has_frame_;
  std::condition_variable has_room_;
  std::deque<Frame> ready_;
  std::vector<GrayImage> used_;
  std::exception_ptr error_;
  SourceReport report_;
  bool has_ended_ = false;
  bool is_stopped_ = false;

  std::thread thread_;  // last: starts once all of the above exists
};

}  // namespace eyelid::video
