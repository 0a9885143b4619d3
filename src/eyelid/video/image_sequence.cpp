// SPDX-License-Identifier: MIT
#include "eyelid/video/image_sequence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <thread>
#include <utility>

#include "eyelid/core/error.hpp"
#include "eyelid/video/picture_times.hpp"
#include "eyelid/video/read_error.hpp"
#include "eyelid/video/tiff_file.hpp"

namespace eyelid::video {
namespace {
constexpr std::size_t kMaxPending_bytes = std::size_t{1} << 30;
// Pictures looked at for the bits in use.
constexpr std::size_t kDepthSamples = 256;

std::size_t threads_of(const SourceOptions& options) {
  const auto asked = static_cast<unsigned>(options.decoder_threads);
  return std::max(1u, asked > 0 ? asked : std::thread::hardware_concurrency());
}

}  // namespace

ImageSequence::ImageSequence(std::vector<std::filesystem::path> files,
                             std::string name,
                             std::string kind,
                             const SourceOptions& options)
    : files_(std::move(files)), threads_(threads_of(options)) {
  EYELID_EXPECTS(!files_.empty());
  info_.path = std::move(name);
  info_.kind = std::move(kind);
  if (options.stream) {
    throw InputError(info_.path + ": pictures, expected a video file to choose a stream of");
  }
  list_pictures();
  info_.frame_count = static_cast<std::int64_t>(pictures_.size());
  set_clock(options);
  settle_depth(options.bits);
}

void ImageSequence::warn(std::string sentence) {
  if (report_.warnings.size() < kMaxWarnings) report_.warnings.push_back(std::move(sentence));
}

void ImageSequence::list_pictures() {
  for (std::size_t i = 0; i < files_.size(); ++i) {
    // A file that holds no picture is reported when its turn comes.
    if (picture_kind(files_[i]) != PictureKind::kTiff) {
      pictures_.push_back({i, std::nullopt});
      continue;
    }
    try {
      ByteStream file(files_[i]);
      const TiffPictures found = list_tiff(file, files_[i].string());
      for (const std::uint64_t directory : found.directories) pictures_.push_back({i, directory});
      if (!found.problem.empty()) {
        report_.was_truncated = true;
        warn(fmt::format("{}: the list of pictures breaks off after {} ({})",
                         files_[i].string(),
                         found.directories.size(),
                         found.problem));
      }
    } catch (const ReadError&) {
      throw;
    } catch (const InputError&) {
      pictures_.push_back({i, std::nullopt});
    }
  }
}

void ImageSequence::set_clock(const SourceOptions& options) {
  if (options.stamps) {
    stamps_s_ = options.stamps->time_s;
    if (stamps_s_.size() != pictures_.size()) {
      throw InputError(fmt::format("{}: {} time stamps for {} pictures of {}; expected one each",
                                   options.stamps->source,
                                   stamps_s_.size(),
                                   pictures_.size(),
                                   info_.path));
    }
    info_.clock = options.stamps->source;
    info_.frames_per_second = rate_of_stamps(stamps_s_);
  } else if (options.frames_per_second) {
    count_by_names(*options.frames_per_second);
    info_.clock = "given rate";
  } else {
    std::vector<std::string> names;
    for (const std::filesystem::path& file : files_) names.push_back(file.stem().string());
    if (files_.size() == pictures_.size()) stamps_s_ = stamps_in_names(names);
    if (!stamps_s_.empty()) {
      info_.clock = "stamps in the names of the pictures";
      info_.frames_per_second = rate_of_stamps(stamps_s_);
    } else {
      count_by_names(kAssumedRate_fps);
      info_.clock = "assumed rate";
      if (pictures_.size() > 1) {
        warn(assumed_rate_sentence(info_.path));
      }
    }
  }
  if (info_.frames_per_second <= 0.0) info_.frames_per_second = kAssumedRate_fps;
  time_line_.emplace(info_.frames_per_second);
}

void ImageSequence::count_by_names(double frames_per_second) {
  info_.frames_per_second = frames_per_second;
  std::vector<std::int64_t> numbers;
  if (files_.size() == pictures_.size()) {
    std::vector<std::string> names;
    for (const std::filesystem::path& file : files_) names.push_back(file.stem().string());
    numbers = numbers_in_names(names);
  }
  for (std::size_t i = 0; i < pictures_.size(); ++i) {
    const auto number = numbers.empty() ? static_cast<std::int64_t>(i) : numbers[i];
    stamps_s_.push_back(static_cast<double>(number) / frames_per_second);
  }
}

/// The brightness must not change within a recording: one depth, from pictures all over it.
void ImageSequence::settle_depth(std::optional<int> given_bits) {
  const std::size_t samples = std::min(pictures_.size(), kDepthSamples);
  std::optional<int> largest;
  for (std::size_t i = 0; i < samples && largest.value_or(0) >> 14 == 0; ++i) {
    const std::size_t picture = samples == 1 ? 0 : i * (pictures_.size() - 1) / (samples - 1);
    const std::optional<StoredPicture> stored = read_if_intact(picture);
    if (!stored) continue;  // counted as damaged when its turn comes
    const std::optional<int> found = stored->largest_of_16_bits();
    // Pictures of one recording are of one kind: the first intact one tells.
    if (!found && !largest) {
      if (!given_bits) return;
      throw InputError(fmt::format(
          "{}: not stored in 16 bits, expected that with {} bits in use", info_.path, *given_bits));
    }
    if (given_bits) break;
    largest = std::max(largest.value_or(0), found.value_or(0));
  }
  if (!largest && !given_bits) return;
  used_bits_ = given_bits ? *given_bits : used_bits_for(*largest);
  info_.used_bits = *used_bits_;
  if (!given_bits && *used_bits_ < 16) warn(depth_sentence(info_.path, *used_bits_, *largest));
}

std::optional<StoredPicture> ImageSequence::read_if_intact(std::size_t picture) const {
  const auto [file, directory] = pictures_[picture];
  try {
    return read_stored(files_[file], directory);
  } catch (const ReadError&) {
    throw;
  } catch (const InputError&) {
    return std::nullopt;
  }
}

ImageSequence::Decoded ImageSequence::read(std::size_t picture) const {
  const auto [file, directory] = pictures_[picture];
  const std::string name = files_[file].string();
  StoredPicture stored = read_stored(files_[file], directory);
  Decoded decoded;
  if (used_bits_) {
    const std::optional<int> largest = stored.largest_of_16_bits();
    decoded.is_clipped = largest && *largest >> *used_bits_ != 0;
  }
  decoded.image = gray_of(std::move(stored), used_bits_.value_or(16), name);
  return decoded;
}

void ImageSequence::decode_ahead() {
  // One thread: the caller decodes.
  const auto policy = threads_ == 1 ? std::launch::deferred : std::launch::async;
  for (; next_picture_ < pictures_.size() && pending_.size() < max_pending_; ++next_picture_) {
    const auto task = [this, i = next_picture_] { return read(i); };
    try {
      pending_.push_back({next_picture_, std::async(policy, task)});
    } catch (const std::system_error&) {  // no more threads available
      pending_.push_back({next_picture_, std::async(std::launch::deferred, task)});
    }
  }
}

bool ImageSequence::decode(Frame& frame) {
  for (decode_ahead(); !pending_.empty() && !is_stopped_; decode_ahead()) {
    const std::size_t i = pending_.front().picture;
    const std::filesystem::path& file = files_[pictures_[i].file];
    std::future<Decoded> decoded = std::move(pending_.front().decoded);
    pending_.pop_front();
    try {
      Decoded picture = decoded.get();
      frame.image = std::move(picture.image);
      if (picture.is_clipped) note_clipped(i);
    } catch (const ReadError&) {
      throw;
    } catch (const InputError& error) {
      ++report_.damaged_frames;
      if (first_error_.empty()) first_error_ = error.what();
      warn(error.what());
      continue;
    }
    if (report_.decoded_frames == 0) {
      info_.codec = picture_codec_name(picture_kind(file));
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
    frame.time_s = time_line_->place(stamps_s_[i]);
    frame.is_suspect = false;
    return true;
  }
  if (report_.decoded_frames == 0 && !is_stopped_) throw InputError(first_error_);
  return false;
}

void ImageSequence::note_clipped(std::size_t picture) {
  if (clipped_++ == 0) first_clipped_ = files_[pictures_[picture].file].string();
}

SourceReport ImageSequence::report() const {
  SourceReport report = report_;
  report.timestamp_gaps = time_line_->gaps();
  report.missing_frames = time_line_->missing_frames();
  report.repaired_timestamps = time_line_->repaired();
  const auto add = [&](std::string sentence) {
    if (report.warnings.size() < kMaxWarnings) report.warnings.push_back(std::move(sentence));
  };
  for (std::string& sentence : time_line_->warnings()) add(std::move(sentence));
  if (clipped_ > 0) {
    add(fmt::format(
        "{} pictures hold values beyond the {} bits in use and are clipped to white, the "
        "first is {}",
        clipped_,
        *used_bits_,
        first_clipped_));
  }
  return report;
}

}  // namespace eyelid::video
