// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/learning.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>

#include "eyelid/conditioning/bootstrap.hpp"
#include "eyelid/conditioning/session_trace.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/core/statistics.hpp"

namespace eyelid::conditioning {
namespace {

constexpr const char* kAcquisition = "acquisition";

bool is_judged(const TrialScore& score) {
  const Verdict verdict = score.final_verdict();
  return verdict == Verdict::Cr || verdict == Verdict::NoCr;
}

double sem(const std::vector<double>& values) {
  return stddev_of(values) / std::sqrt(static_cast<double>(values.size()));
}

std::vector<TrialBlock> blocks_of(const std::vector<const TrialScore*>& judged, std::size_t size) {
  std::vector<TrialBlock> blocks;
  for (std::size_t first = 0; first < judged.size(); first += size) {
    TrialBlock block;
    block.number = static_cast<int>(blocks.size()) + 1;
    block.first_trial = judged[first]->trial.number;
    std::vector<double> amplitudes;
    for (std::size_t i = first; i < std::min(first + size, judged.size()); ++i) {
      block.last_trial = judged[i]->trial.number;
      ++block.judged;
      block.crs += judged[i]->is_timed_cr();
      amplitudes.push_back(judged[i]->cr_amplitude);
    }
    block.percent = 100.0 * block.crs / block.judged;
    block.amplitude = mean_of(amplitudes);
    blocks.push_back(block);
  }
  return blocks;
}

void add_medians(const std::vector<const TrialScore*>& judged, SessionLearning& learning) {
  std::vector<double> all;
  std::vector<double> amplitudes;
  std::vector<double> onsets;
  std::vector<double> peaks;
  for (const TrialScore* score : judged) {
    all.push_back(score->cr_amplitude);
    if (score->final_verdict() != Verdict::Cr) continue;
    amplitudes.push_back(score->cr_amplitude);
    onsets.push_back(score->cr_onset_ms);
    peaks.push_back(score->cr_peak_latency_ms);
  }
  learning.amplitude_mean = mean_of(all);
  learning.amplitude_median = median_of(all);
  learning.cr_amplitude_mean = mean_of(amplitudes);
  learning.onset_median_ms = median_of(onsets);
  learning.peak_latency_median_ms = median_of(peaks);
}

// One subject cannot count twice at one point of the curve.
void check_sessions(const std::vector<SessionLearning>& sessions) {
  std::map<std::tuple<std::string, std::string, int>, const SessionLearning*> seen;
  for (const SessionLearning& session : sessions) {
    const auto [place, is_new] =
        seen.insert({{session.subject, session.phase, session.session}, &session});
    if (is_new) continue;
    throw InputError(
        (session.subject.empty() ? "a subject without a name" : "subject " + session.subject) +
        " has session " + std::to_string(session.session) +
        (session.phase.empty() ? "" : " of " + session.phase) + " twice (" + place->second->folder +
        ", " + session.folder + "); expected it once");
  }
}

bool counts_as_acquisition(const SessionLearning& session) {
  return session.phase.empty() || session.phase == kAcquisition;
}

}  // namespace

std::vector<bool> judged_verdicts(std::span<const TrialScore> scores, ScoredEye eye) {
  std::vector<bool> verdicts;
  for (const TrialScore& score : scores) {
    if (score.eye == eye && is_judged(score)) {
      verdicts.push_back(score.is_timed_cr());
    }
  }
  return verdicts;
}

std::optional<int> trials_to_criterion(const std::vector<bool>& is_cr,
                                       const Preset::Learning& rule) {
  const auto window = static_cast<std::size_t>(rule.trials);
  std::size_t crs = 0;
  for (std::size_t i = 0; i < is_cr.size(); ++i) {
    crs += is_cr[i];
    if (i >= window) crs -= is_cr[i - window];
    if (i + 1 >= window &&
        100.0 * static_cast<double>(crs) >= rule.percent * static_cast<double>(window)) {
      return static_cast<int>(i) + 1;
    }
  }
  return std::nullopt;
}

SessionLearning learning_of(std::span<const TrialScore> scores,
                            ScoredEye eye,
                            const Preset::Learning& rule) {
  SessionLearning learning;
  learning.eye = eye;
  std::vector<const TrialScore*> judged;
  std::vector<double> urs;
  int spontaneous = 0;
  for (const TrialScore& score : scores) {
    if (score.eye != eye) continue;
    ++learning.trials;
    learning.overruled += score.label.has_value();
    if (score.final_verdict() != Verdict::Rejected) urs.push_back(score.ur_peak);
    if (!score.trial.cs_onset_s) continue;
    const std::optional<Verdict> before = score.verdict_before_cs;
    if (before == Verdict::Cr || before == Verdict::NoCr) {
      ++learning.judged_before_cs;
      spontaneous += before == Verdict::Cr;
    }
    ++learning.with_cs;
    learning.rejected += score.final_verdict() == Verdict::Rejected;
    if (!is_judged(score)) continue;
    judged.push_back(&score);
    ++learning.judged;
    learning.crs += score.is_timed_cr();
    learning.crs_any += score.final_verdict() == Verdict::Cr;
    learning.alphas += score.has_alpha;
  }
  const int counted = rule.counts_rejected ? learning.with_cs : learning.judged;
  if (counted > 0) {
    learning.percent = 100.0 * learning.crs / counted;
    learning.percent_any = 100.0 * learning.crs_any / counted;
  }
  if (learning.judged_before_cs > 0) {
    learning.percent_before_cs = 100.0 * spontaneous / learning.judged_before_cs;
    const double room = 100.0 - learning.percent_before_cs;
    if (room > 0.0) {
      learning.percent_corrected = 100.0 * (learning.percent - learning.percent_before_cs) / room;
    }
  }
  learning.ur_peak_mean = mean_of(urs);
  add_medians(judged, learning);
  learning.blocks_of_10 = blocks_of(judged, 10);
  learning.blocks_of_20 = blocks_of(judged, 20);
  learning.blocks_of_100 = blocks_of(judged, 100);
  learning.trials_to_criterion = trials_to_criterion(judged_verdicts(scores, eye), rule);
  return learning;
}

LearningSummary summarize_learning(std::vector<SessionLearning> sessions,
                                   const std::vector<std::vector<bool>>& verdicts,
                                   const Preset::Learning& rule) {
  EYELID_EXPECTS(sessions.size() == verdicts.size());
  check_sessions(sessions);
  LearningSummary summary;
  using Place = std::tuple<std::string, std::string, int>;
  std::map<Place, std::pair<std::vector<double>, std::vector<double>>> at;
  std::vector<Place> order;
  struct Course {
    std::string group;
    std::vector<bool> trials;
    std::vector<double> percents;
  };
  std::map<std::string, Course> subjects;
  // Learning has an order of its own, not that of the table's rows.
  std::vector<std::size_t> by_number(sessions.size());
  for (std::size_t i = 0; i < by_number.size(); ++i) by_number[i] = i;
  std::ranges::stable_sort(by_number, {}, [&](std::size_t i) { return sessions[i].session; });
  for (const std::size_t i : by_number) {
    const SessionLearning& session = sessions[i];
    if (!counts_as_acquisition(session)) continue;
    Course& course = subjects[session.subject];
    course.trials.insert(course.trials.end(), verdicts[i].begin(), verdicts[i].end());
    course.percents.push_back(session.percent);
  }
  for (const SessionLearning& session : sessions) {
    const Place place{session.group, session.phase, session.session};
    if (!at.contains(place)) order.push_back(place);
    if (std::isfinite(session.percent)) {
      at[place].first.push_back(session.percent);
      at[place].second.push_back(session.amplitude_mean);
    }
    subjects[session.subject].group = session.group;
  }
  for (const Place& place : order) {
    auto& [percents, amplitudes] = at[place];
    // Sums in the same order, whatever that of the rows.
    std::ranges::sort(percents);
    std::ranges::sort(amplitudes);
    const ConfidenceInterval percent = bootstrap_interval(percents);
    const ConfidenceInterval amplitude = bootstrap_interval(amplitudes);
    summary.points.push_back({std::get<0>(place),
                              std::get<1>(place),
                              std::get<2>(place),
                              static_cast<int>(percents.size()),
                              mean_of(percents),
                              sem(percents),
                              percent.low,
                              percent.high,
                              mean_of(amplitudes),
                              sem(amplitudes),
                              amplitude.low,
                              amplitude.high});
  }
  for (const auto& [name, course] : subjects) {
    SubjectCriterion subject{name, course.group, trials_to_criterion(course.trials, rule), {}};
    int run = 0;
    for (std::size_t i = 0; i < course.percents.size() && !subject.sessions; ++i) {
      run = course.percents[i] >= rule.percent ? run + 1 : 0;
      if (run == rule.sessions) subject.sessions = static_cast<int>(i) + 2 - rule.sessions;
    }
    summary.subjects.push_back(subject);
  }
  summary.sessions = std::move(sessions);
  return summary;
}

}  // namespace eyelid::conditioning
