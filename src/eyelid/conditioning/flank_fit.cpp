// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/flank_fit.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <tuple>
#include <type_traits>
#include <vector>

#include "eyelid/conditioning/lid_course.hpp"
#include "eyelid/core/exponential.hpp"

namespace eyelid::conditioning {
namespace {

constexpr std::size_t kMinSamples = 6;
constexpr std::size_t kMaxSamples = 96;  // means of neighbors beyond: nothing is lost but time
constexpr double kCoarseOnsets = 36.0;
constexpr std::size_t kFineOnsets = 32;
constexpr int kFinePasses = 3;     // the clearer the onset, the finer its cells:
constexpr double kNarrowed = 0.4;  // another pass where less than this of the last one matters
constexpr double kFinest_s = 0.001;
constexpr std::size_t kDurations = 9;
constexpr double kShortest_s = 0.01;
constexpr double kLongest_s = 1.0;
constexpr double kFinestDuration = 0.05;  // as a logarithm, before the last parabola
constexpr int kMoves = 2;                 // along a scale of durations
constexpr double kNegligible = 7.0;       // onsets worse by this in log likelihood weigh nothing
// Neighboring residuals say less than their lag-1 correlation tells where noise is pink: with half
// of the samples the intervals hold the true onset about as often as they claim. Chosen on
// known_onsets_test.
constexpr double kIndependent = 0.5;

constexpr std::size_t kCourses = std::tuple_size_v<std::decay_t<decltype(lid_courses())>>;

// What is fitted, with the sums that do not depend on a course.
struct Samples {
  std::vector<double> time_s;
  std::vector<double> values;     // above the first
  std::vector<double> sum_after;  // of the values from each on; one more than values
  double first = 0.0;
  double squares = 0.0;  // of the values
};

Samples thinned(std::span<const double> time_s, std::span<const double> values) {
  const std::size_t step = (time_s.size() + kMaxSamples - 1) / kMaxSamples;
  Samples result;
  for (std::size_t i = 0; i < time_s.size(); i += step) {
    double value = 0.0;
    double time = 0.0;
    const std::size_t end = std::min(i + step, time_s.size());
    for (std::size_t j = i; j < end; ++j) {
      value += values[j];
      time += time_s[j];
    }
    result.time_s.push_back(time / static_cast<double>(end - i));
    result.values.push_back(value / static_cast<double>(end - i));
  }
  result.first = result.values.front();
  result.sum_after.assign(result.values.size() + 1, 0.0);
  for (std::size_t i = result.values.size(); i-- > 0;) {
    result.values[i] -= result.first;
    result.squares += result.values[i] * result.values[i];
    result.sum_after[i] = result.sum_after[i + 1] + result.values[i];
  }
  return result;
}

struct Fit {
  double duration_s = 0.0;
  double level = 0.0;
  double amplitude = 0.0;
  double squares = std::numeric_limits<double>::infinity();  // of the residuals
};

// Level and amplitude in closed form.
Fit fitted(const Samples& samples, const LidCourse& course, double onset_s, double duration_s) {
  const auto place_of = [&](double time) {
    return static_cast<std::size_t>(std::upper_bound(samples.time_s.begin(),
                                                     samples.time_s.end(),
                                                     onset_s + time * duration_s) -
                                    samples.time_s.begin());
  };
  const std::size_t first = place_of(course.begin());
  const std::size_t last = std::max(first, place_of(course.end()));
  double s = static_cast<double>(samples.time_s.size() - last);
  double ss = s;
  double sy = samples.sum_after[last];
  const double per_s = 1.0 / duration_s;
  for (std::size_t i = first; i < last; ++i) {
    const double share = course.at((samples.time_s[i] - onset_s) * per_s);
    s += share;
    ss += share * share;
    sy += share * samples.values[i];
  }
  const double n = static_cast<double>(samples.time_s.size());
  const double y = samples.sum_after.front();
  const double determinant = n * ss - s * s;
  Fit fit;
  fit.duration_s = duration_s;
  if (determinant < 1e-9) return fit;
  fit.amplitude = (n * sy - s * y) / determinant;
  if (fit.amplitude <= 0.0) return fit;
  const double level = (y - fit.amplitude * s) / n;
  fit.level = level + samples.first;
  // Traces of tests have no noise at all.
  fit.squares = std::max(1e-12 * n, samples.squares - level * y - fit.amplitude * sy);
  return fit;
}

// From one coarse duration to the next, as a logarithm.
const double& duration_step() {
  static const double step = logarithm(kLongest_s / kShortest_s) / (kDurations - 1);
  return step;
}

using FitOfCourses = std::array<Fit, kCourses>;

FitOfCourses coarse_fits(const Samples& samples, double onset_s) {
  static const double ratio = exponential(duration_step());
  FitOfCourses best;
  for (std::size_t c = 0; c < kCourses; ++c) {
    double duration_s = kShortest_s;
    for (std::size_t i = 0; i < kDurations; ++i, duration_s *= ratio) {
      const Fit fit = fitted(samples, lid_courses()[c], onset_s, duration_s);
      if (fit.squares < best[c].squares) best[c] = fit;
    }
  }
  return best;
}

// The best fit with a duration near one, by parabolas through three of a logarithmic scale.
Fit refined(const Samples& samples, const LidCourse& course, double onset_s, const Fit& near) {
  Fit best = fitted(samples, course, onset_s, near.duration_s);
  for (double step = 0.5 * duration_step(); step > kFinestDuration; step *= 0.3) {
    const double ratio = exponential(step);
    Fit shorter = fitted(samples, course, onset_s, best.duration_s / ratio);
    Fit longer = fitted(samples, course, onset_s, best.duration_s * ratio);
    for (int moves = 0; moves < kMoves; ++moves) {
      if (longer.squares < best.squares && longer.squares <= shorter.squares) {
        shorter = best;
        best = longer;
        longer = fitted(samples, course, onset_s, best.duration_s * ratio);
      } else if (shorter.squares < best.squares) {
        longer = best;
        best = shorter;
        shorter = fitted(samples, course, onset_s, best.duration_s / ratio);
      } else {
        break;
      }
    }
    const double bend = shorter.squares - 2.0 * best.squares + longer.squares;
    if (!std::isfinite(bend) || bend <= 0.0) continue;
    const double shift = 0.5 * step * (shorter.squares - longer.squares) / bend;
    const Fit vertex = fitted(samples, course, onset_s, best.duration_s * exponential(shift));
    if (vertex.squares < best.squares) best = vertex;
  }
  return best;
}

FitOfCourses fine_fits(const Samples& samples, double onset_s, const FitOfCourses& near) {
  FitOfCourses best;
  for (std::size_t c = 0; c < kCourses; ++c) {
    if (!std::isfinite(near[c].squares)) continue;
    best[c] = refined(samples, lid_courses()[c], onset_s, near[c]);
  }
  return best;
}

// The number of samples that say as much as these, whose residuals resemble their neighbors.
double independent_samples(const Samples& samples,
                           const LidCourse& course,
                           double onset_s,
                           const Fit& fit) {
  double squares = 0.0;
  double products = 0.0;
  double before = 0.0;
  for (std::size_t i = 0; i < samples.time_s.size(); ++i) {
    const double share = course.at((samples.time_s[i] - onset_s) / fit.duration_s);
    const double residual = samples.values[i] + samples.first - fit.level - fit.amplitude * share;
    squares += residual * residual;
    products += residual * before;
    before = residual;
  }
  const double correlation = squares > 0.0 ? std::clamp(products / squares, 0.0, 0.95) : 0.0;
  const double count = static_cast<double>(samples.time_s.size());
  return kIndependent * std::max(8.0, count * (1.0 - correlation) / (1.0 + correlation));
}

// Where the cumulated weight of equal cells from `from_s` reaches `share`.
double quantile_of_cells(std::span<const double> weights,
                         double from_s,
                         double cell_s,
                         double share) {
  double total = 0.0;
  for (const double weight : weights) total += weight;
  double sum = 0.0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (sum + weights[i] >= share * total && weights[i] > 0.0) {
      return from_s + cell_s * (static_cast<double>(i) + (share * total - sum) / weights[i]);
    }
    sum += weights[i];
  }
  return from_s + cell_s * static_cast<double>(weights.size());
}

// Fits at the middles of equal cells of onsets.
struct Scan {
  double from_s = 0.0;
  double cell_s = 0.0;
  std::vector<FitOfCourses> fits;

  double onset_at(std::size_t cell) const {
    return from_s + cell_s * (static_cast<double>(cell) + 0.5);
  }
  const FitOfCourses& nearest(double onset_s) const {
    const double cell = std::fmax(0.0, (onset_s - from_s) / cell_s);
    return fits[std::min(static_cast<std::size_t>(cell), fits.size() - 1)];
  }
};

Scan coarse_scan(const Samples& samples, double from_s, double to_s) {
  const double cells = std::fmin(kCoarseOnsets, std::ceil((to_s - from_s) / kFinest_s));
  Scan scan{from_s, (to_s - from_s) / cells, {}};
  for (std::size_t i = 0; i < static_cast<std::size_t>(cells); ++i) {
    scan.fits.push_back(coarse_fits(samples, scan.onset_at(i)));
  }
  return scan;
}

Scan fine_scan(const Samples& samples, double from_s, double to_s, const Scan& coarser) {
  Scan scan{from_s, (to_s - from_s) / kFineOnsets, {}};
  for (std::size_t i = 0; i < kFineOnsets; ++i) {
    const double onset_s = scan.onset_at(i);
    scan.fits.push_back(fine_fits(samples, onset_s, coarser.nearest(onset_s)));
  }
  return scan;
}

struct Best {
  std::size_t cell = 0;
  std::size_t course = 0;
  double squares = std::numeric_limits<double>::infinity();
};

Best best_of(const Scan& scan) {
  Best best;
  for (std::size_t i = 0; i < scan.fits.size(); ++i) {
    for (std::size_t c = 0; c < kCourses; ++c) {
      if (scan.fits[i][c].squares < best.squares) best = {i, c, scan.fits[i][c].squares};
    }
  }
  return best;
}

// What the onsets and courses weigh, given how many samples are independent.
std::vector<double> weights_of(const Scan& scan, double best_squares, double independent) {
  std::vector<double> weights(scan.fits.size());
  for (std::size_t i = 0; i < scan.fits.size(); ++i) {
    for (std::size_t c = 0; c < kCourses; ++c) {
      if (!std::isfinite(scan.fits[i][c].squares)) continue;
      const double worse = 0.5 * independent * logarithm(scan.fits[i][c].squares / best_squares);
      if (worse < kNegligible) weights[i] += lid_courses()[c].weight() * exponential(-worse);
    }
  }
  return weights;
}

}  // namespace

std::optional<FlankOnset> fit_flank(std::span<const double> time_s,
                                    std::span<const double> values,
                                    double earliest_s) {
  if (time_s.size() < kMinSamples) return std::nullopt;
  const Samples samples = thinned(time_s, values);
  const double earliest = std::max(earliest_s, samples.time_s.front());
  const double latest = samples.time_s.back();
  if (!(latest > earliest)) return std::nullopt;
  Scan scan = coarse_scan(samples, earliest, latest);
  double best_squares = std::numeric_limits<double>::infinity();
  std::vector<double> weights;
  for (int pass = 0; pass <= kFinePasses; ++pass) {
    const Best best = best_of(scan);
    if (!std::isfinite(best.squares)) return std::nullopt;
    best_squares = std::min(best_squares, best.squares);
    const double independent = independent_samples(samples,
                                                   lid_courses()[best.course],
                                                   scan.onset_at(best.cell),
                                                   scan.fits[best.cell][best.course]);
    weights = weights_of(scan, best_squares, independent);
    const auto first = std::ranges::find_if(weights, [](double weight) { return weight > 0.0; });
    const auto last =
        std::find_if(weights.rbegin(), weights.rend(), [](double weight) { return weight > 0.0; });
    const double from_s =
        scan.from_s + scan.cell_s * static_cast<double>(first - weights.begin() - 1);
    const double to_s = scan.from_s + scan.cell_s * static_cast<double>(weights.rend() - last + 1);
    const double narrowed = (to_s - from_s) / (scan.cell_s * static_cast<double>(weights.size()));
    if (pass == kFinePasses || (pass > 0 && narrowed > kNarrowed)) break;
    scan = fine_scan(samples, std::max(earliest, from_s), std::min(latest, to_s), scan);
  }
  const auto at = [&](double share) {
    return quantile_of_cells(weights, scan.from_s, scan.cell_s, share);
  };
  return FlankOnset{at(0.5),
                    0.5 * (at(0.84) - at(0.16)),
                    best_squares / static_cast<double>(samples.time_s.size())};
}

}  // namespace eyelid::conditioning
