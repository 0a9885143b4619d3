// SPDX-License-Identifier: MIT
#include "eyelid/live/lamp_watch.hpp"

#include <algorithm>
#include <cmath>

namespace eyelid::live {
namespace {

constexpr int kDarkFrames = 64;            // that the dark level follows
constexpr std::int64_t kMostFrames = 255;  // told apart in the distribution

}  // namespace

float mean_gray(const FrameView& picture, const camera::Region& region) {
  const int right = std::min(region.x + region.width, picture.width);
  const int bottom = std::min(region.y + region.height, picture.height);
  if (right <= region.x || bottom <= region.y) return kNotAvailable;
  std::int64_t sum = 0;
  for (int y = region.y; y < bottom; ++y) {
    const std::uint8_t* const row = picture.row(y);
    for (int x = region.x; x < right; ++x) sum += row[x];
  }
  const std::int64_t pixels = std::int64_t{right - region.x} * (bottom - region.y);
  return static_cast<float>(static_cast<double>(sum) / static_cast<double>(pixels));
}

void LampWatch::decided(std::int64_t number, double time_s, std::size_t row) {
  if (!is_on_ && dark_) waiting_.push_back({number, time_s, row});
}

/// Whether the lamp went on with this frame.
bool LampWatch::rises(float gray) {
  if (!dark_) dark_ = gray;
  if (is_on_) {
    is_on_ = gray - *dark_ >= kRise / 2.0f;
    return false;
  }
  is_on_ = gray - *dark_ >= kRise;
  if (is_on_) return true;
  dark_frames_ = std::min(dark_frames_ + 1, kDarkFrames);
  *dark_ += (gray - *dark_) / static_cast<float>(dark_frames_);
  return false;
}

std::optional<LampWatch::Seen> LampWatch::on_frame(std::int64_t number, double time_s, float gray) {
  if (!std::isfinite(gray)) return std::nullopt;
  const bool rose = rises(gray);
  while (!waiting_.empty() && time_s - waiting_.front().time_s > kPatience_s) {
    ++unseen_;
    waiting_.pop_front();
  }
  if (!rose || waiting_.empty()) return std::nullopt;
  const Decision first = waiting_.front();
  waiting_.clear();
  latency_.add(std::llround((time_s - first.time_s) * 1e9));
  const auto steps =
      static_cast<std::size_t>(std::clamp<std::int64_t>(number - first.number, 0, kMostFrames));
  frames_.resize(std::max(frames_.size(), steps + 1));
  ++frames_[steps];
  return Seen{first.row};
}

LoopSummary LampWatch::summary() const {
  return {latency_.summary(), frames_, unseen_ + static_cast<std::int64_t>(waiting_.size())};
}

}  // namespace eyelid::live
