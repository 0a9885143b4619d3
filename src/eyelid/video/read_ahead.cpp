// SPDX-License-Identifier: MIT
#include "eyelid/video/read_ahead.hpp"

#include <algorithm>
#include <utility>

#include "eyelid/core/error.hpp"

namespace eyelid::video {
namespace {

constexpr std::int64_t kMaxWaiting_bytes = std::int64_t{1} << 30;

std::size_t frames_that_fit(const GrayImage& image, int read_ahead) {
  const std::int64_t bytes = static_cast<std::int64_t>(image.stride()) * image.height();
  const std::int64_t fitting = kMaxWaiting_bytes / std::max<std::int64_t>(bytes, 1);
  return static_cast<std::size_t>(std::clamp<std::int64_t>(fitting, 1, read_ahead));
}

}  // namespace

ReadAheadSource::ReadAheadSource(std::unique_ptr<FrameDecoder> decoder, int read_ahead)
    : decoder_(std::move(decoder)), capacity_(1) {
  EYELID_EXPECTS(read_ahead >= 1);
  Frame first;
  const bool has_frame = decoder_->decode(first);
  EYELID_EXPECTS(has_frame);  // decode() throws if there is none
  info_ = decoder_->info();
  brightness_.add(first.image);
  capacity_ = frames_that_fit(first.image, read_ahead);
  ready_.push_back(std::move(first));
  thread_ = std::thread([this] { run(); });
}

ReadAheadSource::~ReadAheadSource() {
  decoder_->stop();
  {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
  }
  has_room_.notify_all();
  thread_.join();
}

void ReadAheadSource::run() {
  try {
    for (Frame frame = take_used_frame(); decoder_->decode(frame); frame = take_used_frame()) {
      brightness_.add(frame.image);
      if (!deliver(std::move(frame))) break;
    }
  } catch (...) {
    const std::lock_guard lock(mutex_);
    error_ = std::current_exception();
  }
  const std::lock_guard lock(mutex_);
  report_ = complete_report();
  has_ended_ = true;
  has_frame_.notify_all();
}

SourceReport ReadAheadSource::complete_report() const {
  SourceReport report = decoder_->report();
  for (std::string& sentence : brightness_.warnings()) {
    if (report.warnings.size() < kMaxWarnings) report.warnings.push_back(std::move(sentence));
  }
  return report;
}

bool ReadAheadSource::deliver(Frame frame) {
  std::unique_lock lock(mutex_);
  has_room_.wait(lock, [this] { return ready_.size() < capacity_ || is_stopped_; });
  if (is_stopped_) return false;
  ready_.push_back(std::move(frame));
  has_frame_.notify_one();
  return true;
}

Frame ReadAheadSource::take_used_frame() {
  Frame frame;
  const std::lock_guard lock(mutex_);
  if (!used_.empty()) {
    frame.image = std::move(used_.back());
    used_.pop_back();
  }
  return frame;
}

bool ReadAheadSource::next(Frame& frame) {
  std::unique_lock lock(mutex_);
  has_frame_.wait(lock, [this] { return !ready_.empty() || has_ended_; });
  if (ready_.empty()) {
    if (error_) std::rethrow_exception(error_);
    return false;
  }
  // The caller may bring new images; more than can be waiting at once are useless.
  if (!frame.image.is_empty() && used_.size() <= capacity_) used_.push_back(std::move(frame.image));
  frame = std::move(ready_.front());
  ready_.pop_front();
  lock.unlock();
  has_room_.notify_one();
  return true;
}

SourceReport ReadAheadSource::report() const {
  const std::lock_guard lock(mutex_);
  return report_;
}

}  // namespace eyelid::video
