// SPDX-License-Identifier: MIT
#include "eyelid/evaluation/closure_comparison.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <tuple>
#include <utility>

#include "eyelid/closure/frame_interval.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/core/statistics.hpp"
#include "eyelid/tables/frames_csv.hpp"
#include "eyelid/tables/truth_csv.hpp"

namespace eyelid::evaluation {
namespace {

void check_order(const ClosureTrace& trace) {
  if (trace.rows.empty()) throw InputError(trace.name + ": no rows, expected one per frame");
  for (std::size_t i = 0; i < trace.rows.size(); ++i) {
    const closure::ClosureRow& row = trace.rows[i];
    const bool is_first = i == 0;
    if (!std::isfinite(row.time_s) || (!is_first && row.time_s <= trace.rows[i - 1].time_s) ||
        (!is_first && row.frame <= trace.rows[i - 1].frame)) {
      throw InputError(trace.name + ": row " + std::to_string(i + 1) + " (frame " +
                       std::to_string(row.frame) + ", " + std::to_string(row.time_s) +
                       " s) is not after the row before; frames and times must increase");
    }
  }
}

// The true row of each measured one; throws when the two are not of one recording.
std::vector<const closure::ClosureRow*> align(const ClosureTrace& truth,
                                              const ClosureTrace& measured,
                                              double frame_interval_s) {
  std::vector<const closure::ClosureRow*> true_rows;
  true_rows.reserve(measured.rows.size());
  auto next = truth.rows.begin();
  for (const closure::ClosureRow& row : measured.rows) {
    while (next != truth.rows.end() && next->frame < row.frame) ++next;
    if (next == truth.rows.end() || next->frame != row.frame) {
      throw InputError(measured.name + ": frame " + std::to_string(row.frame) + " is not in " +
                       truth.name + " (" + std::to_string(truth.rows.size()) + " frames, last " +
                       std::to_string(truth.rows.back().frame) +
                       "); expected two traces of one recording");
    }
    true_rows.push_back(&*next);
    const double offset_s = measured.rows.front().time_s - true_rows.front()->time_s;
    const double apart_s = row.time_s - next->time_s - offset_s;
    if (std::abs(apart_s) > 0.5 * frame_interval_s + 1e-6) {
      throw InputError(measured.name + ": frame " + std::to_string(row.frame) + " is at " +
                       std::to_string(row.time_s) + " s but at " + std::to_string(next->time_s) +
                       " s in " + truth.name + "; expected two traces of one recording");
    }
  }
  return true_rows;
}

// Sums over pairs of values, enough for all frame-wise figures.
class Agreement {
 public:
  void add(double expected, double found) {
    const double error = found - expected;
    ++count_;
    squares_ += error * error;
    absolute_ += std::abs(error);
    errors_ += error;
    // Running means (Welford) keep the covariance exact for long traces.
    const double expected_step = expected - expected_mean_;
    const double found_step = found - found_mean_;
    expected_mean_ += expected_step / static_cast<double>(count_);
    found_mean_ += found_step / static_cast<double>(count_);
    expected_variance_ += expected_step * (expected - expected_mean_);
    found_variance_ += found_step * (found - found_mean_);
    covariance_ += expected_step * (found - found_mean_);
  }

  void report(ClosureComparison& comparison) const {
    const auto count = static_cast<double>(count_);
    comparison.eye_frames = count_;
    comparison.rmse = std::sqrt(squares_ / count);
    comparison.mae = absolute_ / count;
    comparison.bias = errors_ / count;
    if (expected_variance_ > 0.0 && found_variance_ > 0.0) {
      comparison.correlation = covariance_ / std::sqrt(expected_variance_ * found_variance_);
    }
  }

 private:
  std::int64_t count_ = 0;
  double squares_ = 0, absolute_ = 0, errors_ = 0;
  double expected_mean_ = 0, found_mean_ = 0;
  double expected_variance_ = 0, found_variance_ = 0, covariance_ = 0;
};

std::vector<Blink> of_eye(const std::vector<Blink>& blinks, Eye eye) {
  std::vector<Blink> result;
  std::copy_if(blinks.begin(), blinks.end(), std::back_inserter(result), [&](const Blink& blink) {
    return blink.eye == eye;
  });
  return result;
}

using Match = std::pair<std::size_t, std::size_t>;  // index of the true, of the measured blink

std::vector<Match> match(const std::vector<Blink>& truth,
                         const std::vector<Blink>& measured,
                         double offset_s) {
  std::vector<std::tuple<double, std::size_t, std::size_t>> candidates;  // -overlap first
  std::size_t first = 0;
  for (std::size_t t = 0; t < truth.size(); ++t) {
    const double begin_s = truth[t].onset_s - kPeakTolerance_s;
    const double end_s = truth[t].offset_s + kPeakTolerance_s;
    while (first < measured.size() && measured[first].offset_s - offset_s < begin_s) ++first;
    for (std::size_t m = first; m < measured.size(); ++m) {
      const double onset_s = measured[m].onset_s - offset_s;
      if (onset_s > end_s) break;
      const double overlap_s = std::min(measured[m].offset_s - offset_s, truth[t].offset_s) -
                               std::max(onset_s, truth[t].onset_s);
      const double peaks_apart_s = std::abs(measured[m].peak_s - offset_s - truth[t].peak_s);
      if (overlap_s > 0.0 || peaks_apart_s <= kPeakTolerance_s) {
        candidates.emplace_back(-overlap_s, t, m);
      }
    }
  }
  std::sort(candidates.begin(), candidates.end());
  std::vector<char> true_taken(truth.size()), measured_taken(measured.size());
  std::vector<Match> matches;
  for (const auto& [_, t, m] : candidates) {
    if (true_taken[t] || measured_taken[m]) continue;
    true_taken[t] = measured_taken[m] = 1;
    matches.emplace_back(t, m);
  }
  return matches;
}

// Counts the blinks of one side; those of a small amplitude only when matched.
std::int64_t count_blinks(const std::vector<Blink>& blinks,
                          std::vector<char> is_matched,
                          std::int64_t& borderline) {
  std::int64_t counted = 0;
  for (std::size_t i = 0; i < blinks.size(); ++i) {
    const bool counts = is_matched[i] || blinks[i].amplitude >= kBorderlineAmplitude;
    ++(counts ? counted : borderline);
  }
  return counted;
}

void compare_blinks(const ClosureTrace& truth,
                    const ClosureTrace& measured,
                    double offset_s,
                    ClosureComparison& comparison) {
  const std::vector<Blink> all_expected = closure::find_blinks(truth.rows);
  const std::vector<Blink> all_found = closure::find_blinks(measured.rows);
  std::vector<double> onset_errors_ms;
  for (const Eye eye : kEyes) {
    const std::vector<Blink> expected = of_eye(all_expected, eye);
    const std::vector<Blink> found = of_eye(all_found, eye);
    std::vector<char> expected_matched(expected.size()), found_matched(found.size());
    for (const auto& [t, m] : match(expected, found, offset_s)) {
      expected_matched[t] = found_matched[m] = 1;
      ++comparison.matched_blinks;
      onset_errors_ms.push_back(1000.0 * (found[m].onset_s - offset_s - expected[t].onset_s));
    }
    comparison.true_blinks +=
        count_blinks(expected, expected_matched, comparison.borderline_blinks);
    comparison.measured_blinks += count_blinks(found, found_matched, comparison.borderline_blinks);
  }
  const auto matched = static_cast<double>(comparison.matched_blinks);
  const auto expected = static_cast<double>(comparison.true_blinks);
  const auto found = static_cast<double>(comparison.measured_blinks);
  if (found > 0.0) comparison.blink_precision = matched / found;
  if (expected > 0.0) comparison.blink_recall = matched / expected;
  if (expected + found > 0.0) comparison.blink_f1 = 2.0 * matched / (expected + found);
  if (onset_errors_ms.empty()) return;
  for (double& error : onset_errors_ms) error = std::abs(error);
  comparison.onset_error_ms_median = median_of(onset_errors_ms);
  comparison.onset_error_ms_p95 = quantile_of(onset_errors_ms, 0.95);
}

template <class Reader, class Row>
ClosureTrace read_trace(const std::filesystem::path& path) {
  ClosureTrace trace{path.string(), {}};
  Reader reader(path);
  for (Row row; reader.next(row);) {
    closure::ClosureRow& added = trace.rows.emplace_back();
    added.frame = row.frame;
    added.time_s = row.time_s;
    added.fec = row.fec;
    if constexpr (requires { row.clip; }) added.clip = row.clip;
  }
  return trace;
}

}  // namespace

ClosureComparison compare_closure(const ClosureTrace& truth, const ClosureTrace& measured) {
  check_order(truth);
  check_order(measured);
  closure::FrameIntervalMeter meter;
  for (const closure::ClosureRow& row : truth.rows) meter.add_time(row.frame, row.time_s);
  const std::vector<const closure::ClosureRow*> true_rows =
      align(truth, measured, meter.median_s());

  ClosureComparison comparison;
  Agreement agreement;
  for (std::size_t i = 0; i < true_rows.size(); ++i) {
    bool has_eye = false;
    for (const Eye eye : kEyes) {
      const float expected = true_rows[i]->fec[eye];
      const float found = measured.rows[i].fec[eye];
      if (!std::isfinite(expected) || !std::isfinite(found)) continue;
      agreement.add(expected, found);
      has_eye = true;
    }
    comparison.frames += has_eye;
  }
  if (comparison.frames == 0) {
    throw InputError(measured.name + ": no frame has a FEC here and in " + truth.name +
                     "; expected at least one");
  }
  agreement.report(comparison);
  std::int64_t true_eye_frames = 0;
  for (const closure::ClosureRow& row : truth.rows) {
    true_eye_frames += std::isfinite(row.fec.right) + std::isfinite(row.fec.left);
  }
  comparison.coverage =
      static_cast<double>(comparison.eye_frames) / static_cast<double>(true_eye_frames);
  compare_blinks(
      truth, measured, measured.rows.front().time_s - true_rows.front()->time_s, comparison);
  return comparison;
}

ClosureComparison compare_closure_files(const std::filesystem::path& truth_csv,
                                        const std::filesystem::path& frames_csv) {
  // One after the other: compilers differ in which argument they evaluate first, and so in which of
  // two faulty files would be named.
  const auto truth = read_trace<tables::TruthCsvReader, tables::TruthRow>(truth_csv);
  return compare_closure(truth, read_trace<tables::FramesCsvReader, EyelidSample>(frames_csv));
}

}  // namespace eyelid::evaluation
