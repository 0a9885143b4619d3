// SPDX-License-Identifier: MIT
#include "eyelid/tables/scores_csv.hpp"

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "eyelid/core/error.hpp"
#include "eyelid/tables/condition_columns.hpp"
#include "eyelid/tables/csv_reader.hpp"
#include "eyelid/tables/csv_text.hpp"
#include "eyelid/tables/csv_writer.hpp"
#include "eyelid/tables/score_row.hpp"

namespace eyelid::tables {
namespace {

constexpr int kPercentDecimals = 2;

CsvWriter& identity(CsvWriter& row, const SessionLearning& session) {
  return write_place(row, session).word(name_of(session.eye));
}

}  // namespace

void write_scores_csv(const std::filesystem::path& path, std::span<const TrialScore> scores) {
  ConditionColumns conditions(kScoreColumns);
  for (const TrialScore& score : scores) conditions.note(score.trial);
  CsvWriter table(path, conditions.header());
  for (const TrialScore& score : scores) {
    write_score(table, score);
    conditions.write(table, score.trial);
    table.end_row();
  }
  table.commit();
}

void apply_labels_csv(const std::filesystem::path& path, std::vector<TrialScore>& scores) {
  CsvReader table(path);
  const std::size_t trial = table.required_column("trial");
  const std::size_t eye = table.required_column("eye");
  const std::size_t label = table.required_column("label");
  const std::optional<std::size_t> comment = table.column("comment");
  std::map<std::pair<std::int64_t, ScoredEye>, TrialScore*> places;
  for (TrialScore& score : scores) places[{score.trial.number, score.eye}] = &score;
  std::set<std::pair<std::int64_t, ScoredEye>> given;
  while (table.next()) {
    const std::optional<Verdict> verdict = verdict_from_name(table.text(label));
    if (!verdict || *verdict == Verdict::NotApplicable) table.fail(label, "cr, no_cr or rejected");
    const std::optional<ScoredEye> one = scored_eye_from_name(table.text(eye));
    if (!one && !table.text(eye).empty()) table.fail(eye, "right, left, mean or an empty cell");
    for (const ScoredEye which : kScoredEyes) {
      if (one && which != *one) continue;
      const std::pair place{table.integer(trial), which};
      const auto found = places.find(place);
      if (found == places.end()) table.fail(trial, "the number of a trial of this session");
      if (!given.insert(place).second) table.fail(trial, "each trial and eye only once");
      found->second->label = verdict;
      if (comment) found->second->comment = table.name(*comment);
    }
  }
}

void write_sessions_csv(const std::filesystem::path& path,
                        std::span<const SessionLearning> sessions) {
  CsvWriter row(
      path,
      "subject,group,phase,session,folder,eye,trials,with_cs,judged,rejected,overruled,crs,crs_any,"
      "alphas,percent_cr,percent_cr_any,amplitude_mean,amplitude_median,cr_amplitude_mean,"
      "onset_median_ms,peak_latency_median_ms,ur_peak_mean,trials_to_criterion,judged_before_cs,"
      "percent_before_cs,percent_corrected");
  for (const SessionLearning& session : sessions) {
    identity(row, session).integer(session.trials).integer(session.with_cs).integer(session.judged);
    row.integer(session.rejected)
        .integer(session.overruled)
        .integer(session.crs)
        .integer(session.crs_any)
        .integer(session.alphas);
    row.number(session.percent, kPercentDecimals);
    row.number(session.percent_any, kPercentDecimals);
    row.number(session.amplitude_mean, kRatioDecimals);
    row.number(session.amplitude_median, kRatioDecimals);
    row.number(session.cr_amplitude_mean, kRatioDecimals);
    row.number(session.onset_median_ms, kDurationDecimals);
    row.number(session.peak_latency_median_ms, kDurationDecimals);
    row.number(session.ur_peak_mean, kRatioDecimals);
    if (session.trials_to_criterion) {
      row.integer(*session.trials_to_criterion);
    } else {
      row.empty();
    }
    row.integer(session.judged_before_cs);
    row.number(session.percent_before_cs, kPercentDecimals);
    row.number(session.percent_corrected, kPercentDecimals);
    row.end_row();
  }
  row.commit();
}

void write_blocks_csv(const std::filesystem::path& path,
                      std::span<const SessionLearning> sessions) {
  CsvWriter row(
      path,
      "subject,group,phase,session,folder,eye,block_size,block,first_trial,last_trial,judged,crs,"
      "percent_cr,amplitude_mean");
  for (const SessionLearning& session : sessions) {
    for (const auto& [size, blocks] : {std::pair(10, &session.blocks_of_10),
                                       std::pair(20, &session.blocks_of_20),
                                       std::pair(100, &session.blocks_of_100)}) {
      for (const TrialBlock& block : *blocks) {
        identity(row, session).integer(size).integer(block.number).integer(block.first_trial);
        row.integer(block.last_trial).integer(block.judged).integer(block.crs);
        row.number(block.percent, kPercentDecimals)
            .number(block.amplitude, kRatioDecimals)
            .end_row();
      }
    }
  }
  row.commit();
}

void write_conditions_csv(const std::filesystem::path& path,
                          std::span<const ConditionFigures> figures) {
  CsvWriter row(path,
                "condition,value,eye,trials,judged,rejected,crs,percent_cr,amplitude_mean,"
                "onset_median_ms,ur_peak_mean");
  for (const ConditionFigures& one : figures) {
    row.word(one.condition).word(one.value).word(name_of(one.eye)).integer(one.trials);
    row.integer(one.judged).integer(one.rejected).integer(one.crs);
    row.number(one.percent, kPercentDecimals).number(one.amplitude_mean, kRatioDecimals);
    row.number(one.onset_median_ms, kDurationDecimals);
    row.number(one.ur_peak_mean, kRatioDecimals).end_row();
  }
  row.commit();
}

void write_curve_csv(const std::filesystem::path& path, std::span<const LearningPoint> points) {
  CsvWriter row(
      path,
      "group,phase,session,subjects,percent_cr_mean,percent_cr_sem,amplitude_mean,amplitude_sem,"
      "percent_cr_ci_low,percent_cr_ci_high,amplitude_ci_low,amplitude_ci_high");
  for (const LearningPoint& point : points) {
    row.word(point.group).word(point.phase).integer(point.session).integer(point.subjects);
    row.number(point.percent_mean, kPercentDecimals).number(point.percent_sem, kPercentDecimals);
    row.number(point.amplitude_mean, kRatioDecimals).number(point.amplitude_sem, kRatioDecimals);
    row.number(point.percent_ci_low, kPercentDecimals);
    row.number(point.percent_ci_high, kPercentDecimals);
    row.number(point.amplitude_ci_low, kRatioDecimals);
    row.number(point.amplitude_ci_high, kRatioDecimals);
    row.end_row();
  }
  row.commit();
}

std::vector<SessionRow> read_session_table(const std::filesystem::path& path) {
  CsvReader table(path);
  const std::size_t folder = table.required_column("folder");
  const auto text_of = [&](std::string_view column) {
    const std::optional<std::size_t> index = table.column(column);
    return index ? table.name(*index) : std::string();
  };
  const std::optional<std::size_t> session = table.column("session");
  std::map<std::pair<std::string, std::string>, int> counts;
  std::vector<SessionRow> rows;
  while (table.next()) {
    SessionRow row;
    if (table.text(folder).empty()) table.fail(folder, "an output folder of eyelid track");
    row.folder = path.parent_path() / std::filesystem::path(table.name(folder));
    const std::string trials = text_of("trials");
    if (!trials.empty()) row.trials = path.parent_path() / trials;
    row.subject = text_of("subject");
    row.phase = text_of("phase");
    row.group = text_of("group");
    row.session = ++counts[{row.subject, row.phase}];
    if (session && !table.text(*session).empty()) {
      const std::int64_t number = table.integer(*session);
      if (number < 1 || number > 100000) table.fail(*session, "a session number from 1 to 100000");
      row.session = static_cast<int>(number);
    }
    rows.push_back(row);
  }
  if (rows.empty()) throw InputError(path.string() + ": no session, expected at least one row");
  return rows;
}

}  // namespace eyelid::tables
