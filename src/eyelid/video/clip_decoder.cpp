// SPDX-License-Identifier: MIT
#include "eyelid/video/clip_decoder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "eyelid/core/error.hpp"

namespace eyelid::video {
namespace {

constexpr double kRateTolerance = 0.1;
constexpr double kAssumedPeriod_s = 1.0 / 25.0;  // of a clip of one frame without a rate

}  // namespace

ClipDecoder::ClipDecoder(std::vector<ClipInputs> clips, Open open, const SourceOptions& options)
    : clips_(std::move(clips)), open_(std::move(open)), options_(options) {
  EYELID_EXPECTS(clips_.size() > 1);
  if (options_.stamps) {
    throw InputError(fmt::format("{}: time stamps of one recording, but there are {} clips",
                                 options_.stamps->source,
                                 clips_.size()));
  }
  examine();
}

std::string ClipDecoder::name_of(std::size_t clip) const { return clips_[clip].front().string(); }

void ClipDecoder::examine() {
  std::int64_t used_bits = 0;
  for (std::size_t clip = 0; clip < clips_.size(); ++clip) {
    const std::unique_ptr<FrameDecoder> decoder = open_(clips_[clip], options_);
    Frame frame;
    decoder->decode(frame);  // throws if there is none
    const SourceInfo& info = decoder->info();
    const int width = frame.image.width();
    const int height = frame.image.height();
    if (clip == 0) {
      info_ = info;
      info_.width = width;
      info_.height = height;
      info_.frame_count = 0;
    }
    if (width != info_.width || height != info_.height) {
      throw InputError(fmt::format(
          "{}: {} x {} pixels, expected {} x {} as of {} (the clips of a session have one size)",
          name_of(clip),
          width,
          height,
          info_.width,
          info_.height,
          name_of(0)));
    }
    const double rate = info_.frames_per_second;
    if (std::abs(info.frames_per_second - rate) > kRateTolerance * rate) {
      throw InputError(fmt::format(
          "{}: {:.3g} frames/s, expected {:.3g} as of {} (the clips of a session have one rate)",
          name_of(clip),
          info.frames_per_second,
          rate,
          name_of(0)));
    }
    if (info_.frame_count && info.frame_count) {
      *info_.frame_count += *info.frame_count;
    } else {
      info_.frame_count.reset();
    }
    if (info.used_bits && *info.used_bits > used_bits) {
      used_bits = *info.used_bits;
      // Says where the bits come from; with them given, the clip will not say it again.
      for (const std::string& sentence : decoder->report().warnings) add_warning(sentence, clip);
    }
  }
  // The brightest clip decides for all: a dark one must not look brighter than it was.
  if (used_bits > 0) options_.bits = static_cast<int>(used_bits);
  if (used_bits > 0) info_.used_bits = used_bits;
  info_.path = fmt::format("{} and {} more", name_of(0), clips_.size() - 1);
  info_.kind = "clips";
}

bool ClipDecoder::open_next() {
  if (next_clip_ == clips_.size() || is_stopped_) return false;
  SourceOptions options = options_;
  if (options.is_wanted) {
    options.is_wanted = [this](std::int64_t frame) {
      return options_.is_wanted(first_frame_ + frame);
    };
  }
  std::unique_ptr<FrameDecoder> opened = open_(clips_[next_clip_++], options);
  const std::lock_guard lock(mutex_);
  current_ = std::move(opened);
  if (is_stopped_) current_->stop();
  return true;
}

void ClipDecoder::end_clip() {
  const double rate = current_->info().frames_per_second;
  merge(current_->report());
  first_frame_ = delivered_;
  first_s_ = last_s_ + (rate > 0.0 ? 1.0 / rate : kAssumedPeriod_s);
  const std::lock_guard lock(mutex_);
  current_.reset();
}

bool ClipDecoder::decode(Frame& frame) {
  while (current_ || open_next()) {
    if (current_->decode(frame)) {
      frame.index += first_frame_;
      frame.time_s += first_s_;
      frame.clip = static_cast<std::int32_t>(next_clip_);
      last_s_ = frame.time_s;
      ++delivered_;
      return true;
    }
    end_clip();
  }
  return false;
}

void ClipDecoder::stop() {
  is_stopped_ = true;
  const std::lock_guard lock(mutex_);
  if (current_) current_->stop();
}

void ClipDecoder::merge(const SourceReport& report) {
  if (next_clip_ == 1) merged_.first_stamp_s = report.first_stamp_s;
  merged_.frames_stand_alone =
      report.frames_stand_alone && (next_clip_ == 1 || merged_.frames_stand_alone);
  merged_.decoded_frames += report.decoded_frames;
  merged_.damaged_frames += report.damaged_frames;
  merged_.suspect_frames += report.suspect_frames;
  merged_.timestamp_gaps += report.timestamp_gaps;
  merged_.missing_frames += report.missing_frames;
  merged_.repaired_timestamps += report.repaired_timestamps;
  merged_.was_truncated = merged_.was_truncated || report.was_truncated;
  for (const std::string& sentence : report.warnings) add_warning(sentence, next_clip_ - 1);
}

void ClipDecoder::add_warning(const std::string& sentence, std::size_t clip) {
  const std::string prefix = name_of(clip) + ": ";
  const std::string text = sentence.starts_with(prefix) ? sentence.substr(prefix.size()) : sentence;
  auto known = std::ranges::find(warnings_, text, &Warning::sentence);
  if (known == warnings_.end()) known = warnings_.insert(known, {text, {}});
  known->clips.insert(clip);
}

SourceReport ClipDecoder::report() const {
  SourceReport report = merged_;
  const bool fits = warnings_.size() <= kMaxWarnings;
  const std::size_t shown = fits ? warnings_.size() : kMaxWarnings - 1;
  for (std::size_t i = 0; i < shown; ++i) {
    const Warning& warning = warnings_[i];
    const std::size_t more = warning.clips.size() - 1;
    report.warnings.push_back(fmt::format("{}{}: {}",
                                          name_of(*warning.clips.begin()),
                                          more > 0 ? fmt::format(" and {} more", more) : "",
                                          warning.sentence));
  }
  if (!fits) {
    report.warnings.push_back(fmt::format("{} more warnings of clips", warnings_.size() - shown));
  }
  return report;
}

}  // namespace eyelid::video
