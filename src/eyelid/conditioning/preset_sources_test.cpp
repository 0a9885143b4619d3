// SPDX-License-Identifier: MIT
// Every preset that follows published code, against that code written again
// (preset_source_rules_testing): the same verdict in every trial, the same onset.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <random>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include "eyelid/conditioning/preset_source_rules_testing.hpp"
#include "eyelid/conditioning/session_trace_testing.hpp"
#include "shared_data.hpp"

namespace eyelid::conditioning {
namespace {

constexpr double kBeforeCs_s = 0.8;
constexpr double kAfterUs_s = 0.9;

std::size_t samples_of(double seconds, double step_s) {
  return static_cast<std::size_t>(std::llround(seconds / step_s));
}

// frames.csv has six decimals.
double as_written(double fec) { return std::round(fec * 1e6) / 1e6; }

// Closing like t^2 exp(-t): steep at first, without a sharp start.
double gamma_course(double t_s, double width_s) {
  if (t_s <= 0.0) return 0.0;
  const double x = t_s / width_s;
  return x * x * std::exp(2.0 - 2.0 * x);
}

// Trials as a mouse makes them: CRs of any size, many near the criteria, reflexes, drift, noise,
// and in one trial of eight a closure before the CS, early after it, or a lid that opens far.
SourceSession mouse_session(double step_s, double isi_s, unsigned seed, std::size_t trials) {
  SourceSession session;
  session.step_s = step_s;
  session.cs = samples_of(kBeforeCs_s, step_s);
  session.us = session.cs + samples_of(isi_s, step_s);
  const std::size_t length = session.us + samples_of(kAfterUs_s, step_s);
  std::mt19937 random(seed);
  const auto uniform = [&](double from, double to) {
    return from + (to - from) * static_cast<double>(random() % 1000000) / 1e6;
  };
  for (std::size_t n = 0; n < trials; ++n) {
    const TrialType type = n % 9 == 8   ? TrialType::UsOnly
                           : n % 5 == 4 ? TrialType::CsOnly
                                        : TrialType::Paired;
    const bool has_cr = type != TrialType::UsOnly && n % 4 != 0;
    const double size = has_cr ? (n % 2 == 0 ? uniform(0.0, 0.2) : uniform(0.2, 0.9)) : 0.0;
    const double cr_s = uniform(0.05, 0.6 * isi_s);
    const double width_s = uniform(0.5, 1.0) * (isi_s - cr_s) + 0.02;
    const double ur = type == TrialType::CsOnly ? 0.0 : uniform(0.6, 1.0);
    const double event_s = uniform(-0.75, 0.05);
    const double event = n % 8 == 7 ? uniform(-0.8, 0.6) : 0.0;
    const double slope = uniform(-0.02, 0.02);
    const double level = uniform(-0.02, 0.06);
    const double noise = uniform(0.001, 0.02);
    std::vector<double> row;
    for (std::size_t i = 0; i < length; ++i) {
      const double t = step_s * (static_cast<double>(i) - static_cast<double>(session.cs));
      const double fec = level + slope * t + size * gamma_course(t - cr_s, width_s) +
                         ur * gamma_course(t - isi_s - 0.012, 0.05) +
                         event * gamma_course(t - event_s, 0.06) + noise * uniform(-1.0, 1.0);
      row.push_back(as_written(fec));
    }
    session.rows.push_back(std::move(row));
    session.types.push_back(type);
  }
  return session;
}

// traces/kim at the frame rate of a source: 0.6 s before each CS to 0.79 s after it.
SourceSession kim_session(const std::string& folder, double step_s) {
  std::ifstream frames(folder + "/frames.csv");
  std::ifstream trials(folder + "/trials.csv");
  std::vector<double> time_s;
  std::vector<double> fec;
  std::string line;
  char comma = 0;
  std::getline(frames, line);
  while (std::getline(frames, line)) {
    std::istringstream cells(line);
    double frame = 0.0;
    double time = 0.0;
    double closure = 0.0;
    if (cells >> frame >> comma >> time >> comma >> closure) {
      time_s.push_back(time);
      fec.push_back(closure);
    }
  }
  SourceSession session;
  session.step_s = step_s;
  session.cs = samples_of(0.6, step_s);
  std::getline(trials, line);
  while (std::getline(trials, line)) {
    std::istringstream cells(line);
    double number = 0.0;
    double cs_s = 0.0;
    double us_s = 0.0;
    if (!(cells >> number >> comma >> cs_s >> comma >> us_s)) continue;
    session.us = session.cs + samples_of(us_s - cs_s, step_s);
    std::vector<double> row;
    for (std::size_t i = 0; i < samples_of(1.35, step_s); ++i) {
      const double at = cs_s - 0.6 + step_s * static_cast<double>(i);
      const auto next = std::upper_bound(time_s.begin(), time_s.end(), at + 1e-9);
      const auto k = std::clamp(
          static_cast<std::size_t>(next - time_s.begin()), std::size_t{1}, time_s.size() - 1);
      const double share = (at - time_s[k - 1]) / (time_s[k] - time_s[k - 1]);
      row.push_back(as_written(fec[k - 1] + share * (fec[k] - fec[k - 1])));
    }
    session.rows.push_back(std::move(row));
    session.types.push_back(TrialType::Paired);
  }
  return session;
}

std::vector<TrialScore> scores_of(const SourceSession& session, const std::string& preset) {
  SessionTrace trace;
  std::vector<TrialRow> rows;
  std::size_t frame = 0;
  const auto time_of_sample = [&](std::size_t sample) {
    return session.step_s * static_cast<double>(sample);
  };
  for (std::size_t n = 0; n < session.rows.size(); ++n) {
    Trial trial;
    trial.number = static_cast<int>(n) + 1;
    trial.type = session.types[n];
    if (trial.type != TrialType::UsOnly) trial.cs_onset_s = time_of_sample(frame + session.cs);
    if (trial.type != TrialType::CsOnly) trial.us_onset_s = time_of_sample(frame + session.us);
    rows.push_back({trial, trial.number + 1});
    for (const double fec : session.rows[n]) {
      EyelidSample sample;
      sample.time_s = time_of_sample(frame++);
      sample.fec.right = sample.fec.left = sample.mean_fec = static_cast<float>(fec);
      trace.add(sample);
    }
  }
  std::vector<TrialScore> scores;
  for (TrialScore& score : score_session(trace, rows, load_preset(preset)).scores) {
    if (score.eye == ScoredEye::Mean) scores.push_back(std::move(score));
  }
  return scores;
}

SourceVerdict verdict_of(const TrialScore& score) {
  if (score.verdict == Verdict::Rejected) return SourceVerdict::Rejected;
  if (score.verdict == Verdict::Cr) return SourceVerdict::Cr;
  return score.has_alpha && score.reason.find("alpha response") != std::string::npos &&
                 score.reason.starts_with("onset")
             ? SourceVerdict::Alpha
             : SourceVerdict::NoCr;
}

void expect_same(const SourceSession& session,
                 const std::string& preset,
                 const std::vector<SourceResult>& source,
                 std::size_t* crs = nullptr) {
  const std::vector<TrialScore> scores = scores_of(session, preset);
  ASSERT_EQ(scores.size(), source.size());
  for (std::size_t n = 0; n < scores.size(); ++n) {
    if (!scores[n].trial.cs_onset_s) continue;
    EXPECT_EQ(verdict_of(scores[n]), source[n].verdict)
        << preset << ", trial " << n + 1 << ": " << scores[n].reason;
    if (crs != nullptr) *crs += source[n].verdict == SourceVerdict::Cr;
    if (source[n].verdict != SourceVerdict::Cr) continue;
    const bool is_same = std::isnan(source[n].onset_ms)
                             ? std::isnan(scores[n].cr_onset_ms)
                             : std::abs(scores[n].cr_onset_ms - source[n].onset_ms) < 1e-3;
    EXPECT_TRUE(is_same) << preset << ", trial " << n + 1 << ": onset " << scores[n].cr_onset_ms
                         << ", by the source " << source[n].onset_ms << " ms";
  }
}

struct Source {
  std::string preset;
  double frames_per_s;
  double isi_s;
  std::function<std::vector<SourceResult>(const SourceSession&)> rule;
};

void PrintTo(const Source& source, std::ostream* out) { *out << source.preset; }

class PresetSource : public ::testing::TestWithParam<Source> {};

TEST_P(PresetSource, VerdictsAndOnsetsOfMouseLikeTrialsAreThoseOfTheSource) {
  const Source& source = GetParam();
  std::size_t crs = 0;
  for (unsigned seed = 1; seed <= 3; ++seed) {
    const SourceSession session = mouse_session(1.0 / source.frames_per_s, source.isi_s, seed, 120);
    expect_same(session, source.preset, source.rule(session), &crs);
  }
  EXPECT_GT(crs, 60u) << "the trials are of all kinds";
  EXPECT_LT(crs, 300u);
}

TEST_P(PresetSource, VerdictsAndOnsetsOfPublishedMeanTracesAreThoseOfTheSource) {
  EYELID_SHARED_OR_SKIP(kim, "data/traces/kim");
  const SourceSession session = kim_session(kim.string(), 1.0 / GetParam().frames_per_s);
  ASSERT_EQ(session.rows.size(), 186u);
  expect_same(session, GetParam().preset, GetParam().rule(session));
}

INSTANTIATE_TEST_SUITE_P(All,
                         PresetSource,
                         ::testing::Values(Source{"heiney2014", 200.0, 0.25, by_heiney2014},
                                           Source{"neuroblinks", 200.0, 0.2, by_neuroblinks},
                                           Source{"fernando", 1000.0 / 3.0, 0.225, by_fernando},
                                           Source{"medina", 200.0, 0.215, by_medina},
                                           Source{"badura", 250.0, 0.252, by_badura},
                                           Source{"dutch5pct", 200.0, 0.25, by_dutch5pct},
                                           Source{"blinkcheck", 200.0, 0.4, by_blinkcheck},
                                           Source{"najafi-short", 250.0, 0.2, by_najafi_short},
                                           Source{"najafi-long", 250.0, 0.4, by_najafi_long},
                                           Source{"emg5sd", 1000.0, 0.25, by_emg5sd},
                                           Source{"rabbit-ooemg", 1000.0, 0.25, by_emg5sd},
                                           Source{"blinklab-human", 60.0, 0.4, by_blinklab_human}),
                         [](const ::testing::TestParamInfo<Source>& info) {
                           std::string name = info.param.preset;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace eyelid::conditioning
