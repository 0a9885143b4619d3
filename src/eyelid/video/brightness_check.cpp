// SPDX-License-Identifier: MIT
#include "eyelid/video/brightness_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace eyelid::video {
namespace {

constexpr int kDark = 32;    // black of limited range is 16
constexpr int kWhite = 235;  // white of limited range
constexpr int kSteps = 64;   // pixels looked at per axis
constexpr std::size_t kListedRuns = 4;

}  // namespace

void BrightnessCheck::Runs::add(std::int64_t frame) {
  ++frames;
  if (frame != last + 1) {
    ++count;
    if (first_runs.size() < kListedRuns) first_runs.emplace_back(frame, frame);
  }
  if (count == std::ssize(first_runs)) first_runs.back().second = frame;
  last = frame;
}

std::string BrightnessCheck::Runs::text() const {
  std::string text;
  for (const auto& [begin, end] : first_runs) {
    if (!text.empty()) text += ", ";
    text += begin == end ? fmt::format("{}", begin) : fmt::format("{} to {}", begin, end);
  }
  if (count > std::ssize(first_runs)) text += fmt::format(" and others up to {}", last);
  return text;
}

void BrightnessCheck::add(const FrameView& image) {
  const int step_x = std::max(1, image.width / kSteps);
  const int step_y = std::max(1, image.height / kSteps);
  std::int64_t pixels = 0, sum = 0, not_dark = 0, white = 0;
  for (int y = step_y / 2; y < image.height; y += step_y) {
    const std::uint8_t* row = image.row(y);
    for (int x = step_x / 2; x < image.width; x += step_x) {
      ++pixels;
      sum += row[x];
      not_dark += row[x] >= kDark;
      white += row[x] >= kWhite;
    }
  }
  if (pixels == 0) return;
  if (100 * not_dark < pixels) dark_.add(frames_);
  if (10 * white >= 6 * pixels) bright_.add(frames_);
  add_mean(static_cast<double>(sum) / static_cast<double>(pixels));
  ++frames_;
}

void BrightnessCheck::add_mean(double mean) {
  const double change = mean - last_mean_;
  if (frames_ > 0 && std::abs(change) > std::max(3.0, 0.1 * std::max(mean, last_mean_))) {
    (change > 0.0 ? ups_ : downs_) += 1;
    (change > 0.0 ? sum_above_ : sum_below_) += mean;
    if (first_jump_ < 0) first_jump_ = frames_;
    last_jump_ = frames_;
  }
  last_mean_ = mean;
}

/// A single bad frame of many is a flash, not the light.
bool BrightnessCheck::is_worth_saying(const Runs& runs) const {
  return runs.frames >= std::min<std::int64_t>(frames_, 3) && runs.frames > 0;
}

std::vector<std::string> BrightnessCheck::warnings() const {
  std::vector<std::string> found;
  if (is_worth_saying(dark_)) {
    found.push_back(
        fmt::format("{} of {} frames are too dark, 99 % of their pixels below {} of 255: "
                    "frame {}",
                    dark_.frames,
                    frames_,
                    kDark,
                    dark_.text()));
  }
  if (is_worth_saying(bright_)) {
    found.push_back(
        fmt::format("{} of {} frames are too bright, at least 60 % of their pixels "
                    "saturated ({} or more of 255): frame {}",
                    bright_.frames,
                    frames_,
                    kWhite,
                    bright_.text()));
  }
  if (is_strobed()) {
    found.push_back(
        fmt::format("the light is strobed: the brightness jumps {} times between about "
                    "{:.0f} and {:.0f} of 255, frame {} to {}",
                    ups_ + downs_,
                    sum_below_ / static_cast<double>(downs_),
                    sum_above_ / static_cast<double>(ups_),
                    first_jump_,
                    last_jump_));
  }
  return found;
}

}  // namespace eyelid::video
