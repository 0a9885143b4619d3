// SPDX-License-Identifier: MIT
#include "eyelid/tables/trials_long_csv.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "eyelid/tables/csv_reader.hpp"
#include "eyelid/tables/trial_scores_testing.hpp"
#include "temporary_folder.hpp"

namespace eyelid::tables {
namespace {

void write_one(const std::filesystem::path& folder, std::span<const TrialScore> scores) {
  TrialsLongCsv table(folder / "trials_long.csv", folder);
  table.add(SessionLearning(), scores);
  table.commit();
}

TEST(TrialsLongCsv, HasEveryTrialOfEverySession) {
  const eyelid::testing::TemporaryFolder folder;
  const auto path = folder / "trials_long.csv";
  SessionLearning first, second;
  first.subject = "S1";
  second.subject = "S2";
  second.session = 2;
  const std::vector<TrialScore> plain = two_trials();
  std::vector<TrialScore> probed = two_trials();
  probed[0].trial.conditions = {{"probe", "yes"}};
  probed[1].verdict = Verdict::Rejected;
  TrialsLongCsv table_of_all(path, folder.path());
  table_of_all.add(first, plain);
  table_of_all.add(second, probed);
  table_of_all.commit();
  CsvReader table(path);
  std::vector<std::string> read;
  while (table.next()) {
    std::string row;
    for (const char* name : {"subject", "session", "trial", "eye", "is_cr", "probe"}) {
      row += std::string(table.text(table.required_column(name))) + ' ';
    }
    read.push_back(row);
  }
  ASSERT_EQ(read.size(), 12u);
  EXPECT_EQ(read[0], "S1 1 1 right 1  ");
  EXPECT_EQ(read[5], "S1 1 2 mean 1  ");
  EXPECT_EQ(read[6], "S2 2 1 right 1 yes ");
  EXPECT_EQ(read[7], "S2 2 1 left   ");
}

TEST(TrialsLongCsv, CountsCrsThatAreClosedAtTheUs) {
  const eyelid::testing::TemporaryFolder folder;
  std::vector<TrialScore> scores = two_trials();
  scores[1].cr_grade = CrGrade::EarlyOnly;
  scores[1].flags = {"spontaneous_blink", "onset_at_window_edge"};
  scores[2].cr_grade = CrGrade::EarlyOnly;
  scores[2].label = Verdict::Cr;
  scores[3].verdict = Verdict::NoCr;
  scores[4].verdict = Verdict::Rejected;
  scores[5].verdict = Verdict::NotApplicable;
  write_one(folder.path(), scores);
  CsvReader table(folder / "trials_long.csv");
  const std::size_t is_cr = table.required_column("is_cr");
  const std::size_t grade = table.required_column("cr_grade");
  const std::size_t flags = table.required_column("flags");
  std::vector<std::string> counted;
  while (table.next()) {
    counted.emplace_back(table.text(is_cr));
    if (counted.size() == 2) {
      EXPECT_EQ(table.text(grade), "early_only");
      EXPECT_EQ(table.text(flags), "spontaneous_blink onset_at_window_edge");
    }
  }
  EXPECT_EQ(counted, (std::vector<std::string>{"1", "0", "1", "0", "", ""}));
}

TEST(TrialsLongCsv, ConditionsOfLaterSessionsAreColumnsOfAll) {
  const eyelid::testing::TemporaryFolder folder;
  const auto path = folder / "trials_long.csv";
  SessionLearning learning;
  TrialsLongCsv table(path, folder.path());
  const std::vector<std::vector<std::string>> conditions = {{}, {"b"}, {"b"}, {"a"}, {}};
  for (const std::vector<std::string>& names : conditions) {
    std::vector<TrialScore> scores = two_trials();
    for (const std::string& name : names) {
      scores.back().trial.conditions.emplace_back(name, "x, " + name);
    }
    ++learning.session;
    table.add(learning, scores);
  }
  table.commit();
  CsvReader read(path);
  const std::size_t a = read.required_column("a");
  const std::size_t b = read.required_column("b");
  std::string cells;
  for (int row = 0; read.next(); ++row) {
    if (row % 6 == 5) cells += read.name(a) + '|' + read.name(b) + '\n';
  }
  EXPECT_EQ(cells, "|\n|x, b\n|x, b\nx, a|\n|\n");
}

TEST(TrialsLongCsv, WithoutCommitThereIsNoTable) {
  const eyelid::testing::TemporaryFolder folder;
  TrialsLongCsv(folder / "trials_long.csv", folder.path()).add(SessionLearning(), two_trials());
  EXPECT_FALSE(std::filesystem::exists(folder / "trials_long.csv"));
}

}  // namespace
}  // namespace eyelid::tables
