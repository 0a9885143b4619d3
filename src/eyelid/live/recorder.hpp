// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "eyelid/films/video_writer.hpp"
#include "eyelid/live/frame_pool.hpp"
#include "eyelid/live/mailbox.hpp"

namespace eyelid::live {

/// Records the frames of a session, in a thread of its own at normal priority.
///
/// Nobody waits for it: frames queue up in memory while the disk or the encoder is behind. When
/// `most_waiting` of them do, or the disk is full, the recording ends there with a sentence, stays
/// readable, and measuring goes on.
class Recorder {
 public:
  using Notice = std::function<void(const std::string&)>;
  /// Creates `path` at once: errors as VideoWriter. `on_notice` is called from any thread, at most
  /// once.
  Recorder(const std::filesystem::path& path,
           films::VideoKind kind,
           int width,
           int height,
           double frames_per_second,
           std::size_t most_waiting,
           Notice on_notice);
  ~Recorder();

  /// Short; from one thread.
  void add(CapturedFramePtr frame);
  /// Nothing more is recorded, with a sentence that says why. From any thread.
  void end_early(const std::string& reason);
  /// Writes what waits and completes the file. From the same thread; call once, last.
  void finish();

  /// Whether a quarter of the frames that may wait do: it needs more of the processor. From any
  /// thread.
  bool is_behind() const { return waiting_.size() > most_waiting_ / 4; }

  /// Frames in the file: the first ones of the session, without a gap.
  std::int64_t recorded() const { return recorded_.load(); }
  std::string encoder() const { return writer_->encoder(); }

 private:
  void run();

  std::unique_ptr<films::VideoWriter> writer_;
  bool is_raw_;
  std::size_t most_waiting_;
  Notice on_notice_;
  Mailbox<CapturedFramePtr> waiting_;
  std::atomic<bool> has_ended_ = false;
  std::atomic<bool> is_broken_ = false;  // the file cannot be completed either
  std::atomic<std::int64_t> recorded_ = 0;
  std::jthread thread_;
};

}  // namespace eyelid::live
