// SPDX-License-Identifier: MIT
#include "eyelid/output/trials_csv.hpp"

#include <limits>
#include <set>
#include <string>

#include "eyelid/output/atomic_file.hpp"
#include "eyelid/output/csv_reader.hpp"
#include "eyelid/output/csv_text.hpp"

namespace eyelid::output {

void write_trials_csv(const std::filesystem::path& path, std::span<const Trial> trials) {
  AtomicFile file(path);
  std::string text = "trial,cs_onset_s,us_onset_s,type\n";
  for (const Trial& trial : trials) {
    append_number(text, static_cast<std::int64_t>(trial.number));
    text += ',';
    if (trial.cs_onset_s) append_number(text, *trial.cs_onset_s, kTimeDecimals);
    text += ',';
    if (trial.us_onset_s) append_number(text, *trial.us_onset_s, kTimeDecimals);
    text += ',';
    text += name_of(trial.type);
    text += '\n';
  }
  file.write(text);
  file.commit();
}

std::vector<Trial> read_trials_csv(const std::filesystem::path& path) {
  CsvReader table(path);
  const std::size_t number = table.required_column("trial");
  const std::size_t cs_onset_s = table.required_column("cs_onset_s");
  const std::size_t us_onset_s = table.required_column("us_onset_s");
  const std::size_t type = table.required_column("type");

  std::vector<Trial> trials;
  std::set<std::int64_t> numbers;
  while (table.next()) {
    const std::int64_t value = table.integer(number);
    if (value < 0 || value > std::numeric_limits<int>::max() || !numbers.insert(value).second) {
      table.fail(number, "a trial number that comes only once");
    }
    const std::optional<TrialType> named = trial_type_from_name(table.text(type));
    if (!named) table.fail(type, "paired, cs_only, us_only or blank");
    Trial trial{.number = static_cast<int>(value),
                .cs_onset_s = table.optional_number(cs_onset_s),
                .us_onset_s = table.optional_number(us_onset_s),
                .type = *named};
    const bool needs_cs = *named == TrialType::Paired || *named == TrialType::CsOnly;
    const bool needs_us = *named == TrialType::Paired || *named == TrialType::UsOnly;
    const std::string suffix = " for type " + std::string(name_of(*named));
    if (trial.cs_onset_s.has_value() != needs_cs) {
      table.fail(cs_onset_s, (needs_cs ? "a time in seconds" : "an empty cell") + suffix);
    }
    if (trial.us_onset_s.has_value() != needs_us) {
      table.fail(us_onset_s, (needs_us ? "a time in seconds" : "an empty cell") + suffix);
    }
    trials.push_back(trial);
  }
  return trials;
}

}  // namespace eyelid::output
