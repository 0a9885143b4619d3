// SPDX-License-Identifier: MIT
#include "eyelid/tables/trials_csv.hpp"

#include <limits>
#include <set>
#include <string>

#include "eyelid/core/error.hpp"
#include "eyelid/tables/condition_columns.hpp"
#include "eyelid/tables/csv_reader.hpp"
#include "eyelid/tables/csv_writer.hpp"
#include "eyelid/tables/frames_csv.hpp"

namespace eyelid::tables {
namespace {

constexpr int kMaxErrors = 20;

class TrialRows {
 public:
  explicit TrialRows(CsvReader& table)
      : table_(table),
        number_(table.required_column("trial")),
        type_(table.required_column("type")),
        clip_(table.column("clip")),
        has_frames_(table.column("cs_onset_frame") || table.column("us_onset_frame")),
        cs_onset_(table.required_column(has_frames_ ? "cs_onset_frame" : "cs_onset_s")),
        us_onset_(table.required_column(has_frames_ ? "us_onset_frame" : "us_onset_s")) {
    for (std::size_t i = 0; i < table.header().size(); ++i) {
      const bool is_ours =
          i == number_ || i == type_ || i == clip_ || i == cs_onset_ || i == us_onset_;
      if (!is_ours && !table.header()[i].empty()) others_.push_back(i);
    }
  }

  /// The row that the table is at.
  void read(TrialTable& trials) {
    Trial trial = numbered_trial();
    OnsetsInClip onsets;
    if (has_frames_) {
      onsets.cs_frame = frame(cs_onset_);
      onsets.us_frame = frame(us_onset_);
      if (onsets.cs_frame) trial.cs_onset_s = 0.0;
      if (onsets.us_frame) trial.us_onset_s = 0.0;
    } else {
      trial.cs_onset_s = table_.optional_number(cs_onset_);
      trial.us_onset_s = table_.optional_number(us_onset_);
    }
    check_onsets(trial);
    if (clip_ && table_.text(*clip_) == "each") {
      trials.is_of_every_clip = true;
    } else if (clip_) {
      onsets.clip = clip_number(table_, *clip_);
    }
    for (const std::size_t column : others_) {
      trial.conditions.emplace_back(table_.header()[column], table_.name(column));
    }
    trials.rows.push_back({trial, table_.line()});
    if (clip_ || has_frames_) trials.onsets.push_back(onsets);
    if (trials.is_of_every_clip && trials.rows.size() > 1) {
      table_.fail("found another row beside one for each clip, expected that one alone");
    }
  }

 private:
  Trial numbered_trial() {
    const std::int64_t value = table_.integer(number_);
    if (value < 0 || value > std::numeric_limits<int>::max() || !numbers_.insert(value).second) {
      table_.fail(number_, "a unique trial number");
    }
    const std::optional<TrialType> named = trial_type_from_name(table_.text(type_));
    if (!named) table_.fail(type_, "paired, cs_only, us_only or blank");
    Trial trial;
    trial.number = static_cast<int>(value);
    trial.type = *named;
    return trial;
  }

  std::optional<std::int64_t> frame(std::size_t column) const {
    if (table_.text(column).empty()) return std::nullopt;
    const std::int64_t number = table_.integer(column);
    if (number < 0) table_.fail(column, "a frame number, 0 or more");
    return number;
  }

  void check_onsets(const Trial& trial) const {
    const bool needs_cs = trial.type == TrialType::Paired || trial.type == TrialType::CsOnly;
    const bool needs_us = trial.type == TrialType::Paired || trial.type == TrialType::UsOnly;
    const std::string suffix = " for type " + std::string(name_of(trial.type));
    const std::string onset = has_frames_ ? "a frame number" : "a time in seconds";
    if (trial.cs_onset_s.has_value() != needs_cs) {
      table_.fail(cs_onset_, (needs_cs ? onset : "an empty cell") + suffix);
    }
    if (trial.us_onset_s.has_value() != needs_us) {
      table_.fail(us_onset_, (needs_us ? onset : "an empty cell") + suffix);
    }
  }

  CsvReader& table_;
  std::size_t number_;
  std::size_t type_;
  std::optional<std::size_t> clip_;
  bool has_frames_;
  std::size_t cs_onset_;
  std::size_t us_onset_;
  std::vector<std::size_t> others_;
  std::set<std::int64_t> numbers_;
};

}  // namespace

void write_trials_csv(const std::filesystem::path& path, std::span<const Trial> trials) {
  constexpr std::string_view kOurs = "trial,cs_onset_s,us_onset_s,type";
  ConditionColumns conditions(kOurs);
  for (const Trial& trial : trials) conditions.note(trial);
  CsvWriter table(path, conditions.header());
  for (const Trial& trial : trials) {
    table.integer(trial.number).time(trial.cs_onset_s).time(trial.us_onset_s);
    table.word(name_of(trial.type));
    conditions.write(table, trial);
    table.end_row();
  }
  table.commit();
}

TrialTable read_trial_table(const std::filesystem::path& path) {
  CsvReader table(path);
  TrialRows reader(table);
  TrialTable trials;
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
      reader.read(trials);
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
  return trials;
}

}  // namespace eyelid::tables
