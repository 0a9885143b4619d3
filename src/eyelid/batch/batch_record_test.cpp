// SPDX-License-Identifier: MIT
#include "eyelid/batch/batch_record.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "refusal.hpp"
#include "temporary_folder.hpp"

namespace eyelid::batch {
namespace {

TEST(BatchRecord, IsReadAsItWasWritten) {
  const testing::TemporaryFolder folder;
  EXPECT_EQ(read_record(folder.path()), std::nullopt);
  BatchRecord record;
  record.row.id = "s1";
  record.row.video = "/films/a \"b\".mkv";
  record.row.trials = "/films/t.csv";
  record.row.subject = "=anna";
  record.row.session = 3;
  record.row.note = "late";
  record.state = RowState::Failed;
  record.message = "a.mkv: no video stream";
  record.attempts = 2;
  record.is_tracked = true;
  record.track_request = R"({"options":["--detector=hog"],"video":null})";
  record.warnings = {"one", "two"};
  write_record(folder.path(), record);
  const auto read = read_record(folder.path());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->row.id, "s1");
  EXPECT_EQ(read->row.video, record.row.video);
  EXPECT_EQ(read->row.trials, record.row.trials);
  EXPECT_EQ(read->row.subject, "=anna");
  EXPECT_EQ(read->row.session, 3);
  EXPECT_EQ(read->row.note, "late");
  EXPECT_EQ(read->state, RowState::Failed);
  EXPECT_EQ(read->message, record.message);
  EXPECT_EQ(read->attempts, 2);
  EXPECT_TRUE(read->is_tracked);
  EXPECT_EQ(read->track_request, record.track_request);
  EXPECT_EQ(read->score_request, "");
  EXPECT_EQ(read->warnings, record.warnings);
}

TEST(BatchRecord, OtherFilesAreOneSentence) {
  const testing::TemporaryFolder folder;
  for (const char* text :
       {"",
        "[]",
        "{}",
        R"({"format":"eyelid batch","format_version":1})",
        R"({"format":"eyelid batch","format_version":"1"})",
        R"({"format":"eyelid batch","format_version":2,"id":"a","state":"done"})",
        R"({"format":"eyelid batch","format_version":1,"id":"a","state":"odd"})",
        R"({"format":"eyelid batch","format_version":1,"id":3,"state":"done"})"}) {
    std::ofstream(folder / kRecordName) << text;
    const std::string refusal = testing::refusal_of([&] { read_record(folder.path()); });
    EXPECT_EQ(refusal.find((folder / kRecordName).string() + ": "), 0u) << text << ": " << refusal;
    EXPECT_NE(refusal.find("expected a batch.json written by eyelid"), std::string::npos)
        << refusal;
  }
}

}  // namespace
}  // namespace eyelid::batch
