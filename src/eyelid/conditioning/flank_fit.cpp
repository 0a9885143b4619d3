// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/flank_fit.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

namespace eyelid::conditioning {
namespace {

constexpr std::size_t kMinSamples = 8;
constexpr std::size_t kCoarseSamples = 48;  // enough to distinguish the cells of the grid
constexpr std::size_t kFineSamples = 128;   // means of neighbors: nothing is lost but time
constexpr double kShortest_s = 0.02;
constexpr double kLongest_s = 0.8;
constexpr double kGolden = 0.6180339887498949;
constexpr double kOnsetPrecision_s = 2e-4;
// A course other than minimum jerk must leave a fifth less: noise alone must not choose it.
constexpr double kCourseMargin = 0.8;

enum class Course { MinimumJerk, Cosine, Line };
constexpr std::array<Course, 3> kCourses{Course::MinimumJerk, Course::Cosine, Course::Line};

// (1 - cos(pi t)) / 2 for 0 < t < 1 from a table, to 1e-6: cos() took a quarter of a session's
// time.
double half_cosine(double t) {
  constexpr std::size_t kSteps = 1024;
  static const std::array<double, kSteps + 1> table = [] {
    std::array<double, kSteps + 1> values{};
    for (std::size_t i = 0; i <= kSteps; ++i) {
      const double phase = std::numbers::pi * static_cast<double>(i) / kSteps;
      values[i] = 0.5 - 0.5 * std::cos(phase);
    }
    return values;
  }();
  const double place = t * kSteps;
  const auto below = static_cast<std::size_t>(place);
  return table[below] + (place - static_cast<double>(below)) * (table[below + 1] - table[below]);
}

double course_at(Course course, double t) {
  if (t <= 0.0) return 0.0;
  if (t >= 1.0) return 1.0;
  switch (course) {
    case Course::MinimumJerk:
      return t * t * t * (10.0 + t * (6.0 * t - 15.0));
    case Course::Cosine:
      return half_cosine(t);
    case Course::Line:
      return t;
  }
  return t;
}

struct Samples {
  std::vector<double> time_s;
  std::vector<double> values;

  Samples thinned(std::size_t most) const {
    const std::size_t step = (time_s.size() + most - 1) / most;
    Samples result;
    for (std::size_t i = 0; i < time_s.size(); i += step) {
      double value = 0.0;
      double time = 0.0;
      const std::size_t end = std::min(i + step, time_s.size());
      for (std::size_t j = i; j < end; ++j) {
        value += values[j];
        time += time_s[j];
      }
      const double count = static_cast<double>(end - i);
      result.time_s.push_back(time / count);
      result.values.push_back(value / count);
    }
    return result;
  }
};

struct Candidate {
  double onset_s = 0.0;
  double duration_s = 0.0;
  double level = 0.0;
  double amplitude = 0.0;
  double squares = std::numeric_limits<double>::infinity();
};

// Level and amplitude in closed form for a given onset and duration.
Candidate fitted(const Samples& samples, Course course, double onset_s, double duration_s) {
  double s = 0.0, ss = 0.0, y = 0.0, yy = 0.0, sy = 0.0;
  for (std::size_t i = 0; i < samples.time_s.size(); ++i) {
    const double shape = course_at(course, (samples.time_s[i] - onset_s) / duration_s);
    const double value = samples.values[i];
    s += shape;
    ss += shape * shape;
    y += value;
    yy += value * value;
    sy += shape * value;
  }
  const double n = static_cast<double>(samples.time_s.size());
  const double determinant = n * ss - s * s;
  Candidate candidate{onset_s, duration_s, 0.0, 0.0, std::numeric_limits<double>::infinity()};
  if (determinant < 1e-9) return candidate;
  candidate.amplitude = (n * sy - s * y) / determinant;
  candidate.level = (y - candidate.amplitude * s) / n;
  if (candidate.amplitude <= 0.0) return candidate;
  candidate.squares = std::max(0.0, yy - candidate.level * y - candidate.amplitude * sy);
  return candidate;
}

// Golden-section search: narrows low .. high until it is at most `precision` wide, and keeps the
// best candidate seen.
template <class CandidateAt>
void refine(double low,
            double high,
            double precision,
            int max_steps,
            CandidateAt&& candidate_at,
            Candidate& best) {
  for (int i = 0; i < max_steps && high - low > precision; ++i) {
    const double width = kGolden * (high - low);
    const Candidate left = candidate_at(high - width);
    const Candidate right = candidate_at(low + width);
    const bool is_left = left.squares < right.squares;
    (is_left ? high : low) = is_left ? low + width : high - width;
    const Candidate& better = is_left ? left : right;
    if (better.squares < best.squares) best = better;
  }
}

// The best duration for an onset: a grid, then a golden-section search around its best cell.
Candidate best_duration(const Samples& samples, Course course, double onset_s) {
  constexpr int kDurations = 12;
  const double ratio = std::pow(kLongest_s / kShortest_s, 1.0 / (kDurations - 1));
  Candidate best;
  for (int i = 0; i < kDurations; ++i) {
    const Candidate candidate = fitted(samples, course, onset_s, kShortest_s * std::pow(ratio, i));
    if (candidate.squares < best.squares) best = candidate;
  }
  if (!std::isfinite(best.squares)) return best;
  const double low = std::log(std::max(kShortest_s, best.duration_s / ratio));
  const double high = std::log(std::min(kLongest_s, best.duration_s * ratio));
  refine(
      low,
      high,
      0.0,
      12,
      [&](double log_s) { return fitted(samples, course, onset_s, std::exp(log_s)); },
      best);
  return best;
}

// Onset and duration are correlated: their valley is searched along its floor, onset by onset, each
// with its best duration.
Candidate best_flank(
    const Samples& thin, const Samples& fine, Course course, double earliest_s, double latest_s) {
  constexpr int kOnsets = 24;
  const double step_s = (latest_s - earliest_s) / kOnsets;
  Candidate coarse;
  for (int i = 0; i < kOnsets; ++i) {
    const Candidate candidate = best_duration(thin, course, earliest_s + step_s * i);
    if (candidate.squares < coarse.squares) coarse = candidate;
  }
  Candidate best;
  if (!std::isfinite(coarse.squares)) return best;
  const double low = std::max(earliest_s, coarse.onset_s - step_s);
  const double high = std::min(latest_s, coarse.onset_s + step_s);
  refine(
      low,
      high,
      kOnsetPrecision_s,
      64,
      [&](double at) { return best_duration(fine, course, at); },
      best);
  return best;
}

}  // namespace

std::optional<Flank> fit_flank(std::span<const double> time_s,
                               std::span<const double> values,
                               double earliest_s) {
  Samples samples;
  for (std::size_t i = 0; i < time_s.size(); ++i) {
    if (!std::isfinite(values[i])) continue;
    samples.time_s.push_back(time_s[i]);
    samples.values.push_back(values[i]);
  }
  if (samples.time_s.size() < kMinSamples) return std::nullopt;
  const double latest_s = samples.time_s.back();
  if (!(latest_s > earliest_s)) return std::nullopt;
  const Samples thin = samples.thinned(kCoarseSamples);
  const Samples fine = samples.thinned(kFineSamples);
  Candidate best;
  for (const Course course : kCourses) {
    const Candidate candidate = best_flank(thin, fine, course, earliest_s, latest_s);
    if (candidate.squares < kCourseMargin * best.squares) best = candidate;
  }
  if (!std::isfinite(best.squares)) return std::nullopt;
  return Flank{best.onset_s,
               best.duration_s,
               best.level,
               best.amplitude,
               std::sqrt(best.squares / static_cast<double>(fine.time_s.size()))};
}

}  // namespace eyelid::conditioning
