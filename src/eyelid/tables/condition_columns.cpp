// SPDX-License-Identifier: MIT
#include "eyelid/tables/condition_columns.hpp"

#include <algorithm>

#include "eyelid/tables/csv_text.hpp"

namespace eyelid::tables {
namespace {

const std::string* value_of(const TrialConditions& conditions, const std::string& name) {
  for (const auto& [title, value] : conditions) {
    if (title == name) return &value;
  }
  return nullptr;
}

bool is_column(std::string_view header, const std::string& name) {
  for (std::size_t begin = 0; begin <= header.size();) {
    const std::size_t end = std::min(header.find(',', begin), header.size());
    if (header.substr(begin, end - begin) == name) return true;
    begin = end + 1;
  }
  return false;
}

}  // namespace

void ConditionColumns::note(const Trial& trial) {
  for (const auto& [name, value] : trial.conditions) {
    if (std::ranges::find(names_, name) != names_.end()) continue;
    names_.push_back(name);
    std::string title = name;
    while (is_column(header_, title)) title.insert(0, "trial_");
    header_ += ',';
    append_name(header_, title);
  }
}

void ConditionColumns::write(CsvWriter& row, const Trial& trial) const {
  for (const std::string& name : names_) {
    const std::string* value = value_of(trial.conditions, name);
    row.word(value == nullptr ? std::string_view() : *value);
  }
}

}  // namespace eyelid::tables
