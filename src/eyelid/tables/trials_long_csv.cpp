// SPDX-License-Identifier: MIT
#include "eyelid/tables/trials_long_csv.hpp"

#include <fmt/format.h>

#include <fstream>
#include <utility>

#include "eyelid/core/error.hpp"
#include "eyelid/files/atomic_file.hpp"
#include "eyelid/tables/score_row.hpp"

namespace eyelid::tables {

TrialsLongCsv::TrialsLongCsv(std::filesystem::path path, std::filesystem::path scratch)
    : path_(std::move(path)),
      scratch_(std::move(scratch)),
      conditions_("subject,group,phase,session,folder,is_cr," + std::string(kScoreColumns)) {}

void TrialsLongCsv::add(const SessionLearning& session, std::span<const TrialScore> scores) {
  for (const TrialScore& score : scores) conditions_.note(score.trial);
  if (parts_.empty() || parts_.back().conditions != conditions_.count()) begin_part();
  for (const TrialScore& score : scores) {
    write_place(*rows_, session);
    const Verdict verdict = score.final_verdict();
    if (verdict == Verdict::Cr || verdict == Verdict::NoCr) {
      rows_->integer(score.is_timed_cr());
    } else {
      rows_->empty();
    }
    write_score(*rows_, score);
    conditions_.write(*rows_, score.trial);
    rows_->end_row();
  }
}

void TrialsLongCsv::commit() {
  EYELID_EXPECTS(!parts_.empty());
  end_part();
  if (parts_.size() == 1) return files::commit_file(parts_.front().file, path_);
  files::AtomicFile table(path_);
  table.write(conditions_.header() + '\n');
  for (const Part& part : parts_) append_to(table, part);
  table.commit();
}

void TrialsLongCsv::begin_part() {
  end_part();
  parts_.push_back(
      {scratch_ / fmt::format("trials_long_{}.csv", parts_.size()), conditions_.count()});
  rows_ = std::make_unique<CsvWriter>(parts_.back().file, conditions_.header());
}

void TrialsLongCsv::end_part() {
  if (rows_) rows_->commit();
  rows_.reset();
}

void TrialsLongCsv::append_to(files::AtomicFile& table, const Part& part) const {
  const std::string missing(conditions_.count() - part.conditions, ',');
  std::ifstream rows(part.file);
  std::string line;
  std::getline(rows, line);  // the header of the part; no cell holds a line break (csv_text.hpp)
  while (std::getline(rows, line)) table.write(line + missing + '\n');
  if (!rows.eof()) {
    throw InputError(part.file.string() + ": cannot be read back, expected what was written to it");
  }
}

}  // namespace eyelid::tables
