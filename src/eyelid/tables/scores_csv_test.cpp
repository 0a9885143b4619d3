// SPDX-License-Identifier: MIT
#include "eyelid/tables/scores_csv.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "eyelid/core/error.hpp"
#include "eyelid/tables/csv_reader.hpp"
#include "eyelid/tables/csv_writer.hpp"
#include "eyelid/tables/trial_scores_testing.hpp"
#include "eyelid/tables/trials_csv.hpp"
#include "temporary_folder.hpp"

namespace eyelid::tables {
namespace {

std::string error_of(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path) << text;
  std::vector<TrialScore> scores = two_trials();
  try {
    apply_labels_csv(path, scores);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(ScoresCsv, ReasonsWithCommasAndQuotesReadBackAsTheyWere) {
  const eyelid::testing::TemporaryFolder folder;
  const auto path = folder / "trial_scores.csv";
  write_scores_csv(path, two_trials());
  CsvReader table(path);
  int rows = 0;
  while (table.next()) {
    ++rows;
    EXPECT_EQ(table.text(table.required_column("reason")), "amplitude 0.2, \"more\" than 0.1");
    EXPECT_EQ(table.text(table.required_column("final")), "cr");
    EXPECT_EQ(table.text(table.required_column("cr_onset_ms")), "");
  }
  EXPECT_EQ(rows, 6);
}

TEST(CsvWriter, RefusesRowsThatTheHeaderDoesNotDescribe) {
  const eyelid::testing::TemporaryFolder folder;
  CsvWriter table(folder / "a.csv", "ignored,first,line\n\"a, b\",c");
  table.integer(1).integer(2).end_row();
  table.integer(1);
  EXPECT_THROW(table.end_row(), ContractError);
  EXPECT_THROW(table.commit(), ContractError);
}

TEST(ScoresCsv, ConditionsFollowOurColumns) {
  const eyelid::testing::TemporaryFolder folder;
  std::vector<TrialScore> scores = two_trials();
  scores.back().trial.conditions = {{"block", "2"}, {"eye", "=1"}};
  write_scores_csv(folder / "trial_scores.csv", scores);
  CsvReader table(folder / "trial_scores.csv");
  const std::size_t block = table.required_column("block");
  const std::size_t eye = table.required_column("trial_eye");
  for (int row = 0; row < 6; ++row) {
    ASSERT_TRUE(table.next());
    EXPECT_EQ(table.name(block), row == 5 ? "2" : "");
    EXPECT_EQ(table.name(eye), row == 5 ? "=1" : "");
  }
}

TEST(ScoresCsv, LabelsOverruleAndStayApart) {
  const eyelid::testing::TemporaryFolder folder;
  const auto path = folder / "labels.csv";
  std::ofstream(path)
      << "trial,eye,label,comment\n1,right,no_cr,\"moved, laughed\"\n2,,rejected,\n";
  std::vector<TrialScore> scores = two_trials();
  apply_labels_csv(path, scores);
  EXPECT_EQ(scores[0].verdict, Verdict::Cr);
  EXPECT_EQ(scores[0].final_verdict(), Verdict::NoCr);
  EXPECT_EQ(scores[0].comment, "moved, laughed");
  EXPECT_FALSE(scores[1].label);
  for (std::size_t i = 3; i < 6; ++i) EXPECT_EQ(scores[i].final_verdict(), Verdict::Rejected);
}

TEST(ScoresCsv, BadLabelsAreNamedWithTheirLine) {
  const eyelid::testing::TemporaryFolder folder;
  const auto path = folder / "labels.csv";
  EXPECT_NE(error_of(path, "trial,eye,label\n1,right,maybe\n").find(":2:"), std::string::npos);
  EXPECT_NE(error_of(path, "trial,eye,label\n9,right,cr\n").find("trial of this session"),
            std::string::npos);
  EXPECT_NE(error_of(path, "trial,eye,label\n1,,cr\n1,left,cr\n").find(":3:"), std::string::npos);
  EXPECT_NE(error_of(path, "trial,eye,label\n1,both,cr\n").find("right, left"), std::string::npos);
}

TEST(ScoresCsv, EveryBadRowOfATrialFileIsNamed) {
  const eyelid::testing::TemporaryFolder folder;
  const auto path = folder / "trials.csv";
  std::ofstream(path) << "trial,cs_onset_s,us_onset_s,type\n1,,1.4,paired\n2,3,3.4,paired\n"
                         "2,5,5.4,paired\n4,7,,us_only\n5,9,9.4,both\n6,x,9.4,paired\n7,1\n";
  std::string message;
  try {
    read_trial_table(path);
  } catch (const InputError& error) {
    message = error.what();
  }
  for (const char* line : {":2:", ":4:", ":5:", ":6:", ":7:", ":8:"}) {
    EXPECT_NE(message.find(line), std::string::npos) << line << " in " << message;
  }
  EXPECT_EQ(message.find(":3:"), std::string::npos);
}

TEST(ScoresCsv, SessionTablesCountSessionsPerSubjectAndPhase) {
  const eyelid::testing::TemporaryFolder folder;
  const auto path = folder / "sessions.csv";
  std::ofstream(path) << "folder,subject,phase,trials\na1,A,acquisition,t.csv\na2,A,acquisition,\n"
                         "a3,A,extinction,\nb1,B,acquisition,\n";
  const std::vector<SessionRow> rows = read_session_table(path);
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows[0].folder, folder / "a1");
  EXPECT_EQ(rows[0].trials, folder / "t.csv");
  EXPECT_EQ(rows[1].session, 2);
  EXPECT_EQ(rows[2].session, 1);
  EXPECT_EQ(rows[3].session, 1);
  std::ofstream(path) << "subject\nA\n";
  EXPECT_THROW(read_session_table(path), InputError);
}

}  // namespace
}  // namespace eyelid::tables
