// SPDX-License-Identifier: MIT
#include "eyelid/video/image_sequence.hpp"

#include <algorithm>
#include <system_error>
#include <thread>
#include <utility>

#include "eyelid/core/error.hpp"
#include "eyelid/video/picture.hpp"

namespace eyelid::video {
namespace {
constexpr double kDefaultRate_fps = 25.0;
constexpr std::size_t kMaxPending_bytes = std::size_t{1} << 30;

double rate_of(const SourceOptions& options) {
  return options.frames_per_second > 0.0 ? options.frames_per_second : kDefaultRate_fps;
}
std::size_t threads_of(const SourceOptions& options) {
  const auto asked = static_cast<unsigned>(options.decoder_threads);
  return std::max(1u, asked > 0 ? asked : std::thread::hardware_concurrency());
}

}  // namespace

ImageSequence::ImageSequence(std::vector<std::filesystem::path> files,
                             std::string name,
                             std::string kind,
                             const SourceOptions& options)
    : files_(std::move(files)), threads_(threads_of(options)), time_line_(rate_of(options)) {
  EYELID_EXPECTS(!files_.empty());
  info_.path = std::move(name);
  info_.kind = std::move(kind);
  info_.frames_per_second = rate_of(options);
  info_.frame_count = static_cast<std::int64_t>(files_.size());
}

void ImageSequence::decode_ahead() {
  // One thread: the caller decodes.
  const auto policy = threads_ == 1 ? std::launch::deferred : std::launch::async;
  for (; next_file_ < files_.size() && pending_.size() < max_pending_; ++next_file_) {
    const auto read = [this, i = next_file_] { return read_image(files_[i]); };
    try {
      pending_.push_back({next_file_, std::async(policy, read)});
    } catch (const std::system_error&) {  // no more threads available
      pending_.push_back({next_file_, std::async(std::launch::deferred, read)});
    }
  }
}

bool ImageSequence::decode(Frame& frame) {
  for (decode_ahead(); !pending_.empty() && !is_stopped_; decode_ahead()) {
    const std::size_t i = pending_.front().file;
    std::future<GrayImage> image = std::move(pending_.front().image);
    pending_.pop_front();
    try {
      frame.image = image.get();
    } catch (const InputError& error) {
      ++report_.damaged_frames;
      if (first_error_.empty()) first_error_ = error.what();
      if (report_.warnings.size() < kMaxWarnings) report_.warnings.emplace_back(error.what());
      continue;
    }
    if (report_.decoded_frames == 0) {
      info_.codec = picture_codec_name(picture_kind(files_[i]));
      info_.pixel_format = "gray";
      if (files_.size() == 1) {
        info_.width = frame.image.width();
        info_.height = frame.image.height();
      }
    }
    max_bytes_ = std::max(max_bytes_,
                          static_cast<std::size_t>(frame.image.stride()) *
                              static_cast<std::size_t>(frame.image.height()));
    max_pending_ = std::clamp<std::size_t>(kMaxPending_bytes / max_bytes_, 1, threads_);
    frame.index = report_.decoded_frames++;
    frame.time_s = time_line_.place(static_cast<double>(i) / info_.frames_per_second);
    frame.is_suspect = false;
    return true;
  }
  if (report_.decoded_frames == 0 && !is_stopped_) throw InputError(first_error_);
  return false;
}

SourceReport ImageSequence::report() const {
  SourceReport report = report_;
  report.timestamp_gaps = time_line_.gaps();
  report.missing_frames = time_line_.missing_frames();
  return report;
}

}  // namespace eyelid::video
