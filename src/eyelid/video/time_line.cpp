// SPDX-License-Identifier: MIT
#include "eyelid/video/time_line.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "eyelid/core/statistics.hpp"

namespace eyelid::video {
namespace {
// Bounds what one absurd stamp can add to a count.
constexpr double kMaxMissingPerGap = 1e9;
// Places that a warning lists.
constexpr std::size_t kListed = 5;

void add_more(std::string& sentence, std::int64_t places, std::size_t listed) {
  const std::int64_t more = places - static_cast<std::int64_t>(listed);
  if (more > 0) sentence += fmt::format(" and {} more", more);
}

}  // namespace

double TimeLine::place(std::optional<double> stamp_s) {
  const std::int64_t frame = frames_++;
  const auto note_repair = [&] {
    ++repaired_;
    if (first_repaired_.size() < kListed) first_repaired_.push_back(frame);
  };
  if (!last_s_) {
    if (!stamp_s) note_repair();
    first_stamp_s_ = stamp_s.value_or(0.0);
    last_s_ = 0.0;
    return 0.0;
  }
  const bool is_usable = stamp_s && *stamp_s - *first_stamp_s_ > *last_s_;
  if (is_usable) {
    const double now_s = *stamp_s - *first_stamp_s_;
    const double periods = (now_s - *last_s_) / period_s_;
    if (periods > 1.5) {
      ++gaps_;
      const std::int64_t missing =
          std::max<std::int64_t>(1, std::llround(std::min(periods, kMaxMissingPerGap)) - 1);
      missing_frames_ += missing;
      if (first_gaps_.size() < kListed) {
        first_gaps_.push_back({frame - 1, *last_s_ / speed_up_, missing});
      }
    }
    last_s_ = now_s;
  } else {
    note_repair();
    last_s_ = *last_s_ + period_s_;
  }
  return *last_s_ / speed_up_;
}

std::vector<std::string> TimeLine::warnings() const {
  std::vector<std::string> sentences;
  if (gaps_ > 0) {
    std::vector<std::string> places;
    for (const Gap& gap : first_gaps_) {
      places.push_back(
          fmt::format("{} after frame {} ({:.3f} s)", gap.missing, gap.after_frame, gap.time_s));
    }
    std::string& sentence = sentences.emplace_back(fmt::format("{} frames are missing at {} {}: {}",
                                                               missing_frames_,
                                                               gaps_,
                                                               gaps_ == 1 ? "gap" : "gaps",
                                                               fmt::join(places, ", ")));
    add_more(sentence, gaps_, places.size());
  }
  if (repaired_ > 0) {
    std::string& sentence = sentences.emplace_back(
        fmt::format("{} time stamps were absent or did not increase and were replaced, at frame {}",
                    repaired_,
                    fmt::join(first_repaired_, ", ")));
    add_more(sentence, repaired_, first_repaired_.size());
  }
  return sentences;
}

std::string assumed_rate_sentence(const std::string& name) {
  return fmt::format(
      "{}: pictures state no time, so {:.0f} frames/s are assumed: every time and duration depends "
      "on it; give the true rate or the time stamps",
      name,
      kAssumedRate_fps);
}

double rate_of_stamps(std::span<const double> stamps_s) {
  std::vector<double> steps;
  for (std::size_t i = 1; i < stamps_s.size(); ++i) {
    if (stamps_s[i] > stamps_s[i - 1]) steps.push_back(stamps_s[i] - stamps_s[i - 1]);
  }
  return steps.empty() ? 0.0 : 1.0 / upper_median(std::move(steps));
}

}  // namespace eyelid::video
