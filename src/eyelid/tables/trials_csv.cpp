// SPDX-License-Identifier: MIT
#include "eyelid/tables/trials_csv.hpp"

#include <limits>
#include <set>
#include <string>

#include "eyelid/core/error.hpp"
#include "eyelid/tables/csv_reader.hpp"
#include "eyelid/tables/csv_writer.hpp"

namespace eyelid::tables {
namespace {

constexpr int kMaxErrors = 20;

struct TrialColumns {
  std::size_t number;
  std::size_t cs_onset_s;
  std::size_t us_onset_s;
  std::size_t type;
};

Trial trial_of_row(const CsvReader& table,
                   const TrialColumns& columns,
                   std::set<std::int64_t>& numbers) {
  const std::int64_t value = table.integer(columns.number);
  if (value < 0 || value > std::numeric_limits<int>::max() || !numbers.insert(value).second) {
    table.fail(columns.number, "a unique trial number");
  }
  const std::optional<TrialType> named = trial_type_from_name(table.text(columns.type));
  if (!named) table.fail(columns.type, "paired, cs_only, us_only or blank");
  Trial trial{.number = static_cast<int>(value),
              .cs_onset_s = table.optional_number(columns.cs_onset_s),
              .us_onset_s = table.optional_number(columns.us_onset_s),
              .type = *named};
  const bool needs_cs = *named == TrialType::Paired || *named == TrialType::CsOnly;
  const bool needs_us = *named == TrialType::Paired || *named == TrialType::UsOnly;
  const std::string suffix = " for type " + std::string(name_of(*named));
  if (trial.cs_onset_s.has_value() != needs_cs) {
    table.fail(columns.cs_onset_s, (needs_cs ? "a time in seconds" : "an empty cell") + suffix);
  }
  if (trial.us_onset_s.has_value() != needs_us) {
    table.fail(columns.us_onset_s, (needs_us ? "a time in seconds" : "an empty cell") + suffix);
  }
  return trial;
}

}  // namespace

void write_trials_csv(const std::filesystem::path& path, std::span<const Trial> trials) {
  CsvWriter table(path, "trial,cs_onset_s,us_onset_s,type");
  for (const Trial& trial : trials) {
    table.integer(trial.number).time(trial.cs_onset_s).time(trial.us_onset_s);
    table.word(name_of(trial.type)).end_row();
  }
  table.commit();
}

std::vector<Trial> read_trials_csv(const std::filesystem::path& path) {
  std::vector<Trial> trials;
  for (const TrialRow& row : read_trial_rows(path)) trials.push_back(row.trial);
  return trials;
}

std::vector<TrialRow> read_trial_rows(const std::filesystem::path& path) {
  CsvReader table(path);
  const TrialColumns columns{table.required_column("trial"),
                             table.required_column("cs_onset_s"),
                             table.required_column("us_onset_s"),
                             table.required_column("type")};
  std::vector<TrialRow> rows;
  std::set<std::int64_t> numbers;
  std::string errors;
  int error_count = 0;
  const auto note = [&](const InputError& error) {
    if (++error_count > kMaxErrors) return;
    if (!errors.empty()) errors += '\n';
    errors += error.what();
  };
  while (true) {
    try {
      if (!table.next()) break;
      rows.push_back({trial_of_row(table, columns, numbers), table.line()});
    } catch (const InputError& error) {
      note(error);
      if (error_count > kMaxErrors) break;  // not a table of trials
    }
  }
  if (error_count > kMaxErrors) {
    errors += '\n';
    errors += path.string();
    errors += ": more rows like these";
  }
  if (error_count > 0) throw InputError(errors);
  return rows;
}

}  // namespace eyelid::tables
