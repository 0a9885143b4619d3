// SPDX-License-Identifier: MIT
#include "eyelid/batch/manifest.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "refusal.hpp"
#include "temporary_folder.hpp"

namespace eyelid::batch {
namespace {

class Manifest : public ::testing::Test {
 protected:
  std::vector<ManifestRow> rows(const std::string& text) const {
    std::ofstream(path()) << text;
    return read_manifest(path());
  }
  std::string refusal(const std::string& text) const {
    return testing::refusal_of([&] { rows(text); });
  }
  std::filesystem::path path() const { return folder_ / "manifest.csv"; }

  testing::TemporaryFolder folder_;
};

TEST_F(Manifest, PathsAreRelativeToIt) {
  const auto read = rows(
      "id,video,trials,calibration,timestamps,subject,session,phase,group,note\n"
      "s1,films/a.mkv,/data/t.csv,levels.json,times.csv,anna,2,acquisition,drug,late\n"
      "s2,b.mkv,,,,,,,,\n");
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0].video, folder_ / "films/a.mkv");
  EXPECT_EQ(read[0].trials, "/data/t.csv");
  EXPECT_EQ(read[0].calibration, folder_ / "levels.json");
  EXPECT_EQ(read[0].timestamps, folder_ / "times.csv");
  EXPECT_EQ(read[0].subject, "anna");
  EXPECT_EQ(read[0].session, 2);
  EXPECT_EQ(read[0].phase, "acquisition");
  EXPECT_EQ(read[0].group, "drug");
  EXPECT_EQ(read[0].note, "late");
  EXPECT_EQ(read[1].id, "s2");
  EXPECT_EQ(read[1].line, 3);
  EXPECT_TRUE(read[1].trials.empty());
  EXPECT_EQ(read[1].session, std::nullopt);
}

TEST_F(Manifest, AColumnItDoesNotKnowIsNamed) {
  const std::string text = refusal("id,video,trails\ns1,a.mkv,t.csv\n");
  EXPECT_NE(text.find("manifest.csv:1: found the column \"trails\""), std::string::npos) << text;
  EXPECT_NE(refusal("id,film\ns1,a.mkv\n").find("expected a column video"), std::string::npos);
}

TEST_F(Manifest, AnIdComesOnce) {
  const std::string text = refusal("id,video\na,a.mkv\nb,b.mkv\nA,c.mkv\n");
  EXPECT_NE(text.find("manifest.csv:4: column id: found \"A\""), std::string::npos) << text;
  EXPECT_NE(text.find("line 2 has it"), std::string::npos) << text;
}

TEST_F(Manifest, AnIdStaysBelowTheRoot) {
  for (const char* id :
       {"..", ".", "../a", "a/b", "/a", "a\\b", "", ".hidden", "-x", "a.", "recordings.csv"}) {
    EXPECT_TRUE(fault_of_id(id)) << id;
    EXPECT_NE(
        refusal(std::string("id,video\n") + id + ",a.mkv\n").find("manifest.csv:2: column id"),
        std::string::npos)
        << id;
  }
  EXPECT_TRUE(fault_of_id(std::string(101, 'a')));
  EXPECT_TRUE(fault_of_id("a\nb"));
  for (const char* id : {"s1", "M\xC3\xBCller 2", "2026-01-05_s.2", "a..b"}) {
    EXPECT_FALSE(fault_of_id(id)) << id;
  }
}

TEST_F(Manifest, OtherFaultsAreOneSentence) {
  EXPECT_NE(refusal("id,video\n").find("no recording"), std::string::npos);
  EXPECT_NE(refusal("id,video\ns1,\n").find(":2: column video"), std::string::npos);
  EXPECT_NE(refusal("id,video,session\ns1,a,0\n").find(":2: column session"), std::string::npos);
  EXPECT_NE(refusal("id,video\ns1\n").find(":2:"), std::string::npos);
}

TEST(RowsOfTask, AreCutIntoEqualParts) {
  EXPECT_EQ(rows_of_task(5, 3, 1)->first, 2u);
  EXPECT_EQ(rows_of_task(5, 3, 1)->last, 3u);
  EXPECT_EQ(rows_of_task(5, 3, 2)->first, 4u);
  EXPECT_EQ(rows_of_task(5, 3, 2)->last, 5u);
  EXPECT_EQ(rows_of_task(5, 1, INT64_MAX)->last, 5u);
  for (const std::int64_t task : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{4}, INT64_MAX}) {
    EXPECT_FALSE(rows_of_task(5, task, 2)) << task;
  }
}

}  // namespace
}  // namespace eyelid::batch
