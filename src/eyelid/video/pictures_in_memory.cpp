// SPDX-License-Identifier: MIT
#include "eyelid/video/pictures_in_memory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <span>
#include <utility>

#include "eyelid/core/error.hpp"
#include "eyelid/files/sha256.hpp"
#include "eyelid/video/frame_decoder.hpp"
#include "eyelid/video/read_ahead.hpp"
#include "eyelid/video/time_line.hpp"

namespace eyelid::video {
namespace {

std::size_t row_bytes(const ArrayPicture& picture) {
  return static_cast<std::size_t>(picture.width) * samples_per_pixel(picture.order) *
         (picture.has_16_bits ? 2 : 1);
}

class MemoryDecoder final : public FrameDecoder {
 public:
  MemoryDecoder(const PicturesInMemory& recording, const SourceOptions& options)
      : recording_(recording) {
    const std::vector<ArrayPicture>& pictures = recording_.pictures;
    if (pictures.empty()) {
      throw InputError(recording_.name + ": no picture, expected at least one");
    }
    for (std::size_t i = 0; i < pictures.size(); ++i) {
      check_size(pictures[i], name_of(i));
      if (pictures[i].has_16_bits == pictures[0].has_16_bits) continue;
      throw InputError(fmt::format("{}: samples of {} bits, expected {} as in the first picture",
                                   name_of(i),
                                   pictures[i].has_16_bits ? 16 : 8,
                                   pictures[0].has_16_bits ? 16 : 8));
    }
    if (options.stream) {
      throw InputError(recording_.name + ": pictures, expected a video file to choose a stream of");
    }
    info_.path = recording_.name;
    info_.kind = "arrays";
    info_.pixel_format = pictures.front().has_16_bits ? "16 bits" : "8 bits";
    info_.frame_count = static_cast<std::int64_t>(pictures.size());
    const auto has_size_of_first = [&](const ArrayPicture& picture) {
      return picture.width == pictures.front().width && picture.height == pictures.front().height;
    };
    if (std::ranges::all_of(pictures, has_size_of_first)) {
      info_.width = pictures.front().width;
      info_.height = pictures.front().height;
    }
    set_clock(options);
    settle_depth(options.bits);
  }

  const SourceInfo& info() const override { return info_; }

  bool decode(Frame& frame) override {
    if (is_stopped_ || next_ == recording_.pictures.size()) return false;
    reader_.read(recording_.pictures[next_], used_bits_, name_of(next_), frame.image);
    frame.index = static_cast<std::int64_t>(next_);
    frame.time_s = time_line_->place(stamps_s_[next_]);
    frame.is_suspect = false;
    frame.clip = 1;
    ++next_;
    return true;
  }

  SourceReport report() const override {
    SourceReport report = report_;
    report.decoded_frames = static_cast<std::int64_t>(next_);
    report.timestamp_gaps = time_line_->gaps();
    report.missing_frames = time_line_->missing_frames();
    report.repaired_timestamps = time_line_->repaired();
    std::ranges::move(time_line_->warnings(), std::back_inserter(report.warnings));
    return report;
  }

  void stop() override { is_stopped_ = true; }

 private:
  std::string name_of(std::size_t i) const { return fmt::format("{}[{}]", recording_.name, i); }

  void set_clock(const SourceOptions& options) {
    const std::size_t count = recording_.pictures.size();
    if (options.stamps) {
      stamps_s_ = options.stamps->time_s;
      if (stamps_s_.size() != count) {
        throw InputError(fmt::format("{}: {} time stamps for {} pictures of {}; expected one each",
                                     options.stamps->source,
                                     stamps_s_.size(),
                                     count,
                                     recording_.name));
      }
      info_.clock = options.stamps->source;
      info_.frames_per_second = rate_of_stamps(stamps_s_);
    } else {
      info_.frames_per_second = options.frames_per_second.value_or(kAssumedRate_fps);
      info_.clock = options.frames_per_second ? "given rate" : "assumed rate";
      for (std::size_t i = 0; i < count; ++i) {
        stamps_s_.push_back(static_cast<double>(i) / info_.frames_per_second);
      }
      if (!options.frames_per_second && count > 1) {
        report_.warnings.push_back(assumed_rate_sentence(recording_.name));
      }
    }
    if (info_.frames_per_second <= 0.0) info_.frames_per_second = kAssumedRate_fps;
    time_line_.emplace(info_.frames_per_second);
  }

  void settle_depth(std::optional<int> given_bits) {
    if (!recording_.pictures.front().has_16_bits) {
      if (!given_bits) return;
      throw InputError(fmt::format("{}: not stored in 16 bits, expected that with {} bits in use",
                                   recording_.name,
                                   *given_bits));
    }
    if (given_bits) {
      used_bits_ = *given_bits;
    } else {
      int largest = 0;
      for (const ArrayPicture& picture : recording_.pictures) {
        largest = std::max(largest, reader_.largest_of_16_bits(picture));
        if (largest >> 14 != 0) break;
      }
      used_bits_ = used_bits_for(largest);
      if (used_bits_ < 16) {
        report_.warnings.push_back(depth_sentence(recording_.name, used_bits_, largest));
      }
    }
    info_.used_bits = used_bits_;
  }

  const PicturesInMemory& recording_;
  ArrayReader reader_;
  SourceInfo info_;
  SourceReport report_;
  std::vector<double> stamps_s_;
  std::optional<TimeLine> time_line_;
  int used_bits_ = 16;
  std::size_t next_ = 0;
  std::atomic<bool> is_stopped_{false};
};

}  // namespace

std::unique_ptr<FrameSource> open_pictures(const PicturesInMemory& recording,
                                           const SourceOptions& options) {
  return std::make_unique<ReadAheadSource>(std::make_unique<MemoryDecoder>(recording, options),
                                           options.read_ahead);
}

RecordingIdentity identity_of(const PicturesInMemory& recording) {
  RecordingIdentity identity;
  for (const ArrayPicture& picture : recording.pictures) {
    identity.size += static_cast<std::int64_t>(row_bytes(picture)) * picture.height;
  }
  files::Sha256 hash;
  const auto add = [&](const ArrayPicture& picture) {
    for (int y = 0; y < picture.height; ++y) {
      hash.add(std::span(picture.pixels + y * picture.stride, row_bytes(picture)));
    }
  };
  if (!recording.pictures.empty()) add(recording.pictures.front());
  if (recording.pictures.size() > 1) add(recording.pictures.back());
  identity.sha256_ends = hash.hex();
  return identity;
}

}  // namespace eyelid::video
