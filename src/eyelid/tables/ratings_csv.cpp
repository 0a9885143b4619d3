// SPDX-License-Identifier: MIT
#include "eyelid/tables/ratings_csv.hpp"

#include <optional>
#include <set>
#include <string>

#include "eyelid/core/error.hpp"
#include "eyelid/tables/csv_reader.hpp"

namespace eyelid::tables {
namespace {

double figure(const CsvReader& table, const std::optional<std::size_t>& column) {
  return table.optional_number(column).value_or(kNoFigure);
}

void require_rows(const std::filesystem::path& path, const Rater& rater, ScoredEye eye) {
  if (!rater.ratings.empty()) return;
  throw InputError(path.string() + ": no row of the eye " + std::string(name_of(eye)) +
                   ", expected at least one");
}

}  // namespace

Rater read_rater(const std::filesystem::path& path, ScoredEye eye) {
  CsvReader table(path);
  const std::size_t trial = table.required_column("trial");
  const std::size_t label = table.required_column("label");
  const std::optional<std::size_t> which = table.column("eye");
  const std::optional<std::size_t> onset = table.column("onset_ms");
  const std::optional<std::size_t> amplitude = table.column("amplitude");
  const std::optional<std::size_t> comment = table.column("comment");
  Rater rater;
  rater.name = path.stem().string();
  std::set<int> given;
  while (table.next()) {
    const std::optional<Verdict> verdict = verdict_from_name(table.text(label));
    if (!verdict || *verdict == Verdict::NotApplicable) table.fail(label, "cr, no_cr or rejected");
    if (which && !table.text(*which).empty()) {
      const std::optional<ScoredEye> one = scored_eye_from_name(table.text(*which));
      if (!one) table.fail(*which, "right, left, mean or an empty cell");
      if (*one != eye) continue;
    }
    Rating rating;
    rating.trial = static_cast<int>(table.integer(trial));
    if (!given.insert(rating.trial).second) table.fail(trial, "each trial and eye only once");
    rating.verdict = *verdict;
    rating.onset_ms = figure(table, onset);
    rating.amplitude = figure(table, amplitude);
    if (comment) rating.comment = table.name(*comment);
    rater.ratings.push_back(rating);
  }
  require_rows(path, rater, eye);
  return rater;
}

ProgramRatings read_program_ratings(const std::filesystem::path& path, ScoredEye eye) {
  CsvReader table(path);
  const std::size_t trial = table.required_column("trial");
  const std::size_t which = table.required_column("eye");
  const std::size_t verdict = table.required_column("verdict");
  const std::optional<std::size_t> cs = table.required_column("cs_onset_s");
  const std::optional<std::size_t> us = table.required_column("us_onset_s");
  const std::optional<std::size_t> onset = table.required_column("cr_onset_ms");
  const std::optional<std::size_t> amplitude = table.required_column("cr_amplitude");
  const std::optional<std::size_t> reason = table.column("reason");
  ProgramRatings program;
  program.rater.name = "eyelid";
  while (table.next()) {
    if (scored_eye_from_name(table.text(which)) != eye) continue;
    const std::optional<Verdict> found = verdict_from_name(table.text(verdict));
    if (!found) table.fail(verdict, "cr, no_cr, rejected or not_applicable");
    Rating rating;
    rating.trial = static_cast<int>(table.integer(trial));
    rating.verdict = *found;
    rating.onset_ms = figure(table, onset);
    rating.amplitude = figure(table, amplitude);
    if (reason) rating.comment = table.name(*reason);
    program.rater.ratings.push_back(rating);
    Trial one;
    one.number = rating.trial;
    one.cs_onset_s = table.optional_number(cs);
    one.us_onset_s = table.optional_number(us);
    program.trials.push_back(one);
  }
  require_rows(path, program.rater, eye);
  return program;
}

}  // namespace eyelid::tables
