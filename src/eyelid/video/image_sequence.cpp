// SPDX-License-Identifier: MIT
#include "eyelid/video/image_sequence.hpp"

#include <utility>

#include "eyelid/core/error.hpp"
#include "eyelid/video/picture.hpp"

namespace eyelid::video {
namespace {
constexpr double kDefaultRate_fps = 25.0;

double rate_of(const SourceOptions& options) {
  return options.frames_per_second > 0.0 ? options.frames_per_second : kDefaultRate_fps;
}
}  // namespace

ImageSequence::ImageSequence(std::vector<std::filesystem::path> files,
                             std::string name,
                             std::string kind,
                             const SourceOptions& options)
    : files_(std::move(files)), time_line_(rate_of(options)) {
  EYELID_EXPECTS(!files_.empty());
  info_.path = std::move(name);
  info_.kind = std::move(kind);
  info_.frames_per_second = rate_of(options);
  info_.frame_count = static_cast<std::int64_t>(files_.size());
}

bool ImageSequence::decode(Frame& frame) {
  while (next_file_ < files_.size() && !is_stopped_) {
    const std::size_t i = next_file_++;
    try {
      frame.image = read_image(files_[i]);
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
