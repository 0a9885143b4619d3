// SPDX-License-Identifier: MIT
#include "eyelid/files/record_spool.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "temporary_folder.hpp"

namespace eyelid::files {
namespace {

struct Record {
  std::int64_t frame = 0;
  bool is_valid = false;
  std::optional<float> ear;
  bool operator==(const Record&) const = default;
};

Record record_of(std::int64_t frame) {
  Record record{frame, frame % 3 != 0, {}};
  if (frame % 2 == 0) record.ear = 0.25f * static_cast<float>(frame);
  return record;
}

TEST(RecordSpool, GivesBackEveryRecordEveryTime) {
  const testing::TemporaryFolder folder;
  RecordSpool<Record> spool(folder.path());
  for (int frame = 0; frame < 10000; ++frame) spool.append(record_of(frame));
  EXPECT_EQ(spool.size(), 10000);
  for (int pass = 0; pass < 2; ++pass) {
    spool.rewind();
    Record record;
    for (int frame = 0; frame < 10000; ++frame) {
      ASSERT_TRUE(spool.next(record));
      ASSERT_EQ(record, record_of(frame));
    }
    EXPECT_FALSE(spool.next(record));
    EXPECT_FALSE(spool.next(record));
  }
}

TEST(RecordSpool, ReadsAnyRecordAlsoBetweenTheNextOnes) {
  const testing::TemporaryFolder folder;
  RecordSpool<Record> spool(folder.path());
  for (int frame = 0; frame < 1000; ++frame) spool.append(record_of(frame));
  Record record;
  for (const int frame : {999, 0, 500, 501, 1}) {
    EXPECT_EQ(spool.read(frame), record_of(frame));
    ASSERT_TRUE(spool.next(record));
  }
  EXPECT_EQ(record, record_of(4));
  EXPECT_THROW(spool.read(1000), ContractError);
  EXPECT_THROW(spool.append(record), ContractError);
}

TEST(RecordSpool, LeavesNoFile) {
  const testing::TemporaryFolder folder;
  { RecordSpool<Record>(folder.path()).append(record_of(0)); }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(RecordSpool, EmptyIsReadable) {
  const testing::TemporaryFolder folder;
  RecordSpool<Record> spool(folder.path());
  Record record;
  spool.rewind();
  EXPECT_FALSE(spool.next(record));
}

TEST(RecordSpool, NamesTheFolderItCannotWriteIn) {
  try {
    RecordSpool<Record> spool("/nonexistent/folder");
    FAIL() << "expected InputError";
  } catch (const InputError& error) {
    EXPECT_EQ(std::string(error.what()).find("/nonexistent/folder: cannot create"), 0u);
  }
}

}  // namespace
}  // namespace eyelid::files
