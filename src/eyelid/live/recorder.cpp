// SPDX-License-Identifier: MIT
#include "eyelid/live/recorder.hpp"

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <utility>

#include "eyelid/core/error.hpp"

namespace eyelid::live {

Recorder::Recorder(const std::filesystem::path& path,
                   films::VideoKind kind,
                   int width,
                   int height,
                   double frames_per_second,
                   std::size_t most_waiting,
                   Notice on_notice)
    : is_raw_(kind == films::VideoKind::kLiveRaw),
      most_waiting_(most_waiting),
      on_notice_(std::move(on_notice)) {
  films::VideoWriterOptions options;
  options.kind = kind;
  options.width = width;
  options.height = height;
  options.frames_per_second = frames_per_second;
  options.threads = 1;  // the others measure
  writer_ = std::make_unique<films::VideoWriter>(path, options);
  thread_ = std::jthread([this] { run(); });
}

Recorder::~Recorder() { waiting_.close(); }

void Recorder::add(CapturedFramePtr frame) {
  if (has_ended_.load()) return;
  if (waiting_.size() >= most_waiting_) {
    end_early(is_raw_ ? "the disk is too slow for this rate"
                      : "the encoder or the disk is too slow for this rate, and a raw recording "
                        "would need less of the processor");
    return;
  }
  waiting_.put(std::move(frame));
}

void Recorder::end_early(const std::string& reason) {
  if (has_ended_.exchange(true)) return;
  on_notice_(fmt::format(
      "the recording ends after {} frames: {}; measuring goes on", recorded_.load(), reason));
}

void Recorder::run() {
  constexpr auto kWait = std::chrono::milliseconds(100);
  while (!waiting_.is_drained()) {
    const std::optional<CapturedFramePtr> frame = waiting_.take(kWait);
    if (!frame || is_broken_.load()) continue;
    try {
      writer_->write((*frame)->image);
      ++recorded_;
    } catch (const Error& error) {
      is_broken_.store(true);
      end_early(error.what());
    }
  }
}

void Recorder::finish() {
  waiting_.close();
  thread_.join();
  if (is_broken_.load()) return;  // cut, but readable
  try {
    writer_->finish();
  } catch (const Error& error) {
    end_early(error.what());
  }
}

}  // namespace eyelid::live
