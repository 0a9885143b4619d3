// SPDX-License-Identifier: MIT
// Closure of people and mice that others recorded. Skipped where the traces are absent.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "eyelid/conditioning/session_scoring.hpp"
#include "eyelid/core/statistics.hpp"
#include "shared_data.hpp"

namespace eyelid::conditioning {
namespace {

using Table = std::vector<std::map<std::string, std::string>>;

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::stringstream text(line);
  for (std::string cell; std::getline(text, cell, ',');) cells.push_back(cell);
  return cells;
}

Table table_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  const std::vector<std::string> names = cells_of(line);
  Table table;
  while (std::getline(file, line)) {
    const std::vector<std::string> cells = cells_of(line);
    std::map<std::string, std::string> row;
    for (std::size_t i = 0; i < names.size(); ++i) row[names[i]] = i < cells.size() ? cells[i] : "";
    table.push_back(row);
  }
  return table;
}

double number(const std::string& text) { return std::strtod(text.c_str(), nullptr); }

struct Recorded {
  SessionTrace trace;
  std::vector<TrialRow> rows;

  std::vector<TrialScore> scored(const Preset& preset) const {
    std::vector<TrialScore> means;
    for (const TrialScore& score : score_session(trace, rows, preset).scores) {
      if (score.eye == ScoredEye::Mean) means.push_back(score);
    }
    return means;
  }
};

Recorded recorded(const std::filesystem::path& folder) {
  Recorded session;
  for (auto& row : table_of(folder / "frames.csv")) {
    EyelidSample sample;
    sample.frame = static_cast<std::int64_t>(session.trace.time_s().size());
    sample.time_s = number(row["time_s"]);
    sample.fec.right = row["fec"].empty() ? kNotAvailable : std::stof(row["fec"]);
    sample.fec.left = sample.mean_fec = sample.fec.right;
    session.trace.add(sample);
  }
  for (auto& row : table_of(folder / "trials.csv")) {
    Trial trial;
    trial.number = std::stoi(row["trial"]);
    trial.cs_onset_s = number(row["cs_onset_s"]);
    if (!row["us_onset_s"].empty()) trial.us_onset_s = number(row["us_onset_s"]);
    trial.type = trial.us_onset_s ? TrialType::Paired : TrialType::CsOnly;
    session.rows.push_back({trial, trial.number + 1});
  }
  return session;
}

struct Counts {
  int judged = 0;
  int timed = 0;
  int any = 0;
};

// Startle to a sound, nobody was conditioned: with a US where 500 ms of ISI would have put it.
Counts counts_of(const std::filesystem::path& people) {
  const Preset preset = load_preset("human", {"isi_ms=500"});
  Counts counts;
  for (const auto& folder : std::filesystem::directory_iterator(people)) {
    for (const TrialScore& score : recorded(folder.path()).scored(preset)) {
      if (score.verdict == Verdict::Rejected) continue;
      ++counts.judged;
      counts.timed += score.is_timed_cr();
      counts.any += score.verdict == Verdict::Cr;
    }
  }
  return counts;
}

TEST(RealTraces, AHabituatedStartleIsNoCrAtTheUs) {
  EYELID_SHARED_OR_SKIP(people, "data/traces/HAB");
  const Counts counts = counts_of(people);
  EXPECT_GE(counts.judged, 400);
  EXPECT_LE(100.0 * counts.timed, 12.0 * counts.judged);
  EXPECT_GE(counts.any, 10 * counts.timed) << "the startles are there, only early";
}

TEST(RealTraces, AStartleToASinglePulseIsNoCrAtTheUs) {
  EYELID_SHARED_OR_SKIP(people, "data/traces/PPI");
  const Counts counts = counts_of(people);
  EXPECT_GE(counts.judged, 240);
  EXPECT_LE(100.0 * counts.timed, 12.0 * counts.judged);
  EXPECT_GE(counts.any, 6 * counts.timed);
}

TEST(RealTraces, OnsetsOfMiceComeAfterTheAlphaResponse) {
  EYELID_SHARED_OR_SKIP(mice, "data/traces/kim");
  int crs = 0;
  std::vector<int> early;
  std::vector<double> onsets_ms;
  for (const TrialScore& score : recorded(mice).scored(load_preset("human"))) {
    if (score.verdict != Verdict::Cr) continue;
    ++crs;
    onsets_ms.push_back(score.cr_onset_ms);
    if (score.cr_onset_ms < 20.0) early.push_back(score.trial.number);
    EXPECT_GE(score.cr_onset_ms, 10.0) << "trial " << score.trial.number;
  }
  EXPECT_GE(crs, 150);
  // Seen by eye: these rise from 15 to 20 ms on without a rest; 120 and 122 repeat 84 and 89.
  EXPECT_EQ(early, (std::vector<int>{84, 88, 89, 108, 120, 122, 146}));
  EXPECT_GE(median_of(onsets_ms), 55.0);
}

TEST(RealTraces, VerdictsOfCl1551FollowTheRuleOfTheSource) {
  EYELID_SHARED_OR_SKIP(mice, "data/traces/cl1551");
  const Preset preset = load_preset("medina",
                                    {"baseline.from=cs-100ms",
                                     "cr.from=cs",
                                     "cr.to=us",
                                     "cr.statistic=max",
                                     "reject.missing_from=cs-100ms"});
  int compared = 0;
  for (const auto& folder : std::filesystem::directory_iterator(mice)) {
    const Recorded session = recorded(folder.path());
    const std::vector<TrialScore> scores = session.scored(preset);
    for (const TrialScore& score : scores) {
      double sum = 0.0;
      int before = 0;
      double highest = -1.0;
      for (std::size_t i = 0; i < session.trace.time_s().size(); ++i) {
        const double since_s = session.trace.time_s()[i] - *score.trial.cs_onset_s;
        const double fec = session.trace.fec(ScoredEye::Mean)[i];
        if (since_s > -0.1 - 1e-6 && since_s < -1e-6) {
          sum += fec;
          ++before;
        }
        if (since_s > -1e-6 && since_s < 0.32 - 1e-6) highest = std::fmax(highest, fec);
      }
      ++compared;
      EXPECT_EQ(score.verdict, highest - sum / before > 0.1 ? Verdict::Cr : Verdict::NoCr)
          << folder.path() << " trial " << score.trial.number;
    }
  }
  EXPECT_EQ(compared, 99);
}

}  // namespace
}  // namespace eyelid::conditioning
