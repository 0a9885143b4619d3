// SPDX-License-Identifier: MIT
#include "eyelid/batch/collection.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "eyelid/batch/session_folder_testing.hpp"
#include "eyelid/tables/csv_reader.hpp"
#include "refusal.hpp"
#include "temporary_folder.hpp"
#include "text_of_file.hpp"

namespace eyelid::batch {
namespace {

using Row = std::map<std::string, std::string>;

class CollectionTest : public ::testing::Test {
 protected:
  CollectionFigures collect_all(FileCheck check = FileCheck::Names,
                                const std::filesystem::path& manifest = {}) {
    const Collection collection =
        collect({root_.path(), manifest, check}, [](std::int64_t, std::int64_t) {});
    collection.run->commit();
    return collection.figures;
  }
  std::vector<Row> rows() const {
    tables::CsvReader table(root_ / "recordings.csv");
    std::vector<Row> rows;
    while (table.next()) {
      Row& row = rows.emplace_back();
      for (std::size_t i = 0; i < table.header().size(); ++i)
        row[table.header()[i]] = table.name(i);
    }
    return rows;
  }

  eyelid::testing::TemporaryFolder root_;
};

TEST_F(CollectionTest, ARowHasStateFiguresAndWarnings) {
  testing::make_session(root_.path(), "s10");
  testing::make_session(root_.path(), "s2");
  std::filesystem::create_directories(root_ / "notes");
  const CollectionFigures figures = collect_all();
  EXPECT_EQ(figures.all(), 2);
  EXPECT_EQ(figures.frames, 600);
  EXPECT_EQ(figures.duration_s, 5.98);
  EXPECT_EQ(figures.with_warnings, 2);
  const std::vector<Row> all = rows();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].at("id"), "s2");  // before s10
  const Row& row = all[1];
  EXPECT_EQ(row.at("state"), "done");
  EXPECT_EQ(row.at("subject"), "anna");
  EXPECT_EQ(row.at("folder"), "s10");
  EXPECT_EQ(row.at("video"), "/films/s10.mkv");
  EXPECT_EQ(row.at("frames"), "300");
  EXPECT_EQ(row.at("frames_per_second"), "100.00");
  EXPECT_EQ(row.at("valid_percent"), "50.00");
  EXPECT_EQ(row.at("blinks_right"), "2");
  EXPECT_EQ(row.at("judged"), "8");
  EXPECT_EQ(row.at("percent_cr"), "25.00");
  EXPECT_EQ(row.at("amplitude_mean"), "-0.02000");
  EXPECT_EQ(row.at("warning_count"), "2");
  EXPECT_EQ(row.at("warnings"), "too dark | few trials");
}

TEST_F(CollectionTest, StatesAreTold) {
  testing::make_session(root_.path(), "a");
  testing::make_session(root_.path(), "b", RowState::Failed);
  testing::make_session(root_.path(), "c", RowState::Stopped);
  testing::make_session(root_.path(), "d", RowState::Started);
  testing::make_session(root_.path(), "e");
  std::filesystem::remove(root_ / "e" / "frames.csv");
  testing::make_session(root_.path(), "f");
  std::ofstream(root_ / "f" / "session.json") << "{";
  testing::make_session(root_.path(), "g");
  std::filesystem::remove(root_ / "g" / "batch.json");  // of eyelid track
  testing::make_session(root_.path(), "h");
  std::filesystem::remove(root_ / "h" / "session.json");
  collect_all();
  std::string states;
  for (const Row& row : rows()) states += row.at("state") + " ";
  EXPECT_EQ(states, "done failed stopped unfinished damaged damaged done damaged ");
  EXPECT_EQ(rows()[1].at("message"), "film.mkv: no video stream");
  EXPECT_EQ(rows()[1].at("frames"), "");
  EXPECT_NE(rows()[4].at("message").find("frames.csv: is missing"), std::string::npos);
}

TEST_F(CollectionTest, ContentsAreComparedOnRequest) {
  testing::make_session(root_.path(), "a");
  std::ofstream(root_ / "a" / "frames.csv", std::ios::app) << "1,0.01\n";
  EXPECT_EQ(collect_all(FileCheck::Names).sessions[0], 1);
  collect_all(FileCheck::Contents);
  EXPECT_EQ(rows()[0].at("state"), "damaged");
  EXPECT_NE(rows()[0].at("message").find("frames.csv"), std::string::npos);
}

TEST_F(CollectionTest, AManifestNamesWhatHasNotBegun) {
  testing::make_session(root_.path(), "b");
  const std::filesystem::path manifest = root_ / "manifest.csv";
  std::ofstream(manifest) << "id,video,subject,note\na,a.mkv,otto,late\nb,b.mkv,otto,\n";
  collect_all(FileCheck::Names, manifest);
  const std::vector<Row> all = rows();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].at("state"), "missing");
  EXPECT_EQ(all[0].at("note"), "late");
  EXPECT_EQ(all[0].at("warning_count"), "0");
  EXPECT_EQ(all[1].at("state"), "done");
  EXPECT_EQ(all[1].at("subject"), "otto");  // as the manifest says now
}

TEST_F(CollectionTest, ThePageHoldsTheRowsAndRunsNothingOfThem) {
  testing::make_session(root_.path(), "s1");
  const std::filesystem::path manifest = root_ / "manifest.csv";
  std::ofstream(manifest) << "id,video,note\ns1,a.mkv,</script><script>alert(1)</script>\n";
  collect_all(FileCheck::Names, manifest);
  const std::string page = eyelid::testing::text_of_file(root_ / "recordings.html");
  EXPECT_NE(page.find("\"s1\",\"done\""), std::string::npos);
  EXPECT_EQ(page.find("<script>alert"), std::string::npos);
  EXPECT_EQ(page.find("{{"), std::string::npos);
}

TEST_F(CollectionTest, OtherFoldersAreRefused) {
  const auto refusal = [&](const std::filesystem::path& root) {
    return eyelid::testing::refusal_of([&] {
      collect({root, {}, FileCheck::Names}, [](std::int64_t, std::int64_t) {});
    });
  };
  EXPECT_NE(refusal(root_ / "absent").find("is not a folder"), std::string::npos);
  EXPECT_NE(refusal(root_.path()).find("no folder in it holds a session"), std::string::npos);
}

}  // namespace
}  // namespace eyelid::batch
