// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/clock_alignment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "eyelid/core/error.hpp"

namespace eyelid::conditioning {
namespace {

constexpr double kTolerance_s = 0.025;
constexpr double kMaxDrift = 0.001;
constexpr std::size_t kAnchors = 12;    // video pulses tried as anchors
constexpr std::size_t kNeighbors = 25;  // pulses on either side that score a shift
constexpr std::size_t kMinMatches = 3;

using Pair = std::pair<double, double>;  // log, video

std::optional<double> nearest(std::span<const double> times, double at) {
  if (times.empty()) return std::nullopt;
  const auto next = std::lower_bound(times.begin(), times.end(), at);
  if (next == times.end()) return times.back();
  if (next == times.begin()) return *next;
  return at - *(next - 1) < *next - at ? *(next - 1) : *next;
}

struct Line {
  double offset = 0.0;
  double slope = 1.0;
  double at(double log_s) const { return offset + slope * log_s; }
};

Line fitted(const std::vector<Pair>& pairs) {
  const double n = static_cast<double>(pairs.size());
  double mean_log = 0.0;
  double mean_video = 0.0;
  for (const Pair& pair : pairs) {
    mean_log += pair.first / n;
    mean_video += pair.second / n;
  }
  double squares = 0.0;
  double products = 0.0;
  for (const Pair& pair : pairs) {
    squares += (pair.first - mean_log) * (pair.first - mean_log);
    products += (pair.first - mean_log) * (pair.second - mean_video);
  }
  Line line;
  if (squares > 0.0) {
    line.slope = std::clamp(products / squares, 1.0 - kMaxDrift, 1.0 + kMaxDrift);
  }
  line.offset = mean_video - line.slope * mean_log;
  return line;
}

// Pulses of the log that match one of the video by `line`, at most `reach` pulses from `anchor`.
std::vector<Pair> matches(std::span<const double> log_s,
                          std::span<const double> video_s,
                          const Line& line,
                          std::size_t anchor,
                          std::size_t reach) {
  std::vector<Pair> pairs;
  const std::size_t first = anchor - std::min(anchor, reach);
  const std::size_t last = std::min(log_s.size(), anchor + reach + 1);
  for (std::size_t i = first; i < last; ++i) {
    const std::optional<double> video = nearest(video_s, line.at(log_s[i]));
    if (video && std::abs(*video - line.at(log_s[i])) <= kTolerance_s) {
      pairs.push_back({log_s[i], *video});
    }
  }
  return pairs;
}

// Grows the match from a shift at one pulse over the whole recording.
std::vector<Pair> grown(std::span<const double> log_s,
                        std::span<const double> video_s,
                        double shift_s,
                        std::size_t anchor,
                        Line& line) {
  line = {shift_s, 1.0};
  std::vector<Pair> pairs;
  for (std::size_t reach = 2;; reach *= 2) {
    for (int pass = 0; pass < 2; ++pass) {
      pairs = matches(log_s, video_s, line, anchor, reach);
      if (pairs.size() >= kMinMatches) line = fitted(pairs);
    }
    if (reach >= log_s.size()) break;
  }
  return matches(log_s, video_s, line, anchor, log_s.size());
}

}  // namespace

ClockFit align_clocks(std::span<const double> log_s,
                      std::span<const double> video_s,
                      const std::string& file) {
  ClockFit fit;
  fit.log_pulses = static_cast<int>(log_s.size());
  std::vector<Pair> best;
  Line line;
  double best_shift = 0.0;
  std::vector<std::pair<double, std::size_t>> shifts;  // shift, matching pulses
  const std::size_t step = std::max<std::size_t>(1, video_s.size() / kAnchors);
  for (std::size_t v = 0; v < video_s.size(); v += step) {
    for (std::size_t l = 0; l < log_s.size(); ++l) {
      const double shift_s = video_s[v] - log_s[l];
      if (matches(log_s, video_s, {shift_s, 1.0}, l, kNeighbors).size() < kMinMatches) continue;
      Line candidate;
      std::vector<Pair> pairs = grown(log_s, video_s, shift_s, l, candidate);
      shifts.push_back({candidate.at(0.0), pairs.size()});
      if (pairs.size() <= best.size()) continue;
      best = std::move(pairs);
      line = candidate;
      best_shift = candidate.at(0.0);
    }
  }
  const std::size_t needed =
      std::max(kMinMatches, (std::min(log_s.size(), video_s.size()) + 1) / 2);
  if (best.size() < needed) {
    throw InputError(
        fmt::format("{}: {} pulses, and {} of the sync LED in the video, of which {} match; "
                    "expected at least {}",
                    file,
                    log_s.size(),
                    video_s.size(),
                    best.size(),
                    needed));
  }
  for (const auto& [shift, count] : shifts) {
    const bool is_other = std::abs(shift - best_shift) > 2.0 * kTolerance_s;
    fit.is_ambiguous = fit.is_ambiguous || (is_other && 10 * (count + 1) >= 9 * best.size());
  }
  fit.offset_s = line.offset;
  fit.drift = line.slope - 1.0;
  double squares = 0.0;
  for (const Pair& pair : best) {
    const double residual_ms = 1000.0 * (pair.second - line.at(pair.first));
    fit.residuals_ms.push_back({pair.second, residual_ms});
    squares += residual_ms * residual_ms;
    fit.max_ms = std::max(fit.max_ms, std::abs(residual_ms));
  }
  fit.rms_ms = std::sqrt(squares / static_cast<double>(best.size()));
  return fit;
}

}  // namespace eyelid::conditioning
