// SPDX-License-Identifier: MIT
#include "eyelid/closure/trace_spool.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cmath>
#include <csignal>
#include <string>

#include "eyelid/core/error.hpp"
#include "temporary_folder.hpp"

namespace eyelid::closure {
namespace {

ClosureInput record_of(std::int64_t frame) {
  ClosureInput record;
  record.frame = frame;
  record.time_s = 0.002 * static_cast<double>(frame);
  record.ear.right = 0.3f;
  record.ear.left = frame % 2 == 0 ? 0.28f : kNotAvailable;
  record.is_trustworthy = frame % 3 != 0;
  record.is_suspect = frame % 7 == 0;
  record.face_score = 0.9f;
  record.face_box = {1, 2, 3, 4};
  return record;
}

TEST(TraceSpool, GivesBackEveryRecordEveryTime) {
  const testing::TemporaryFolder folder;
  TraceSpool spool(folder.path());
  for (int frame = 0; frame < 10000; ++frame) spool.append(record_of(frame));
  for (int pass = 0; pass < 2; ++pass) {
    spool.rewind();
    ClosureInput record;
    for (int frame = 0; frame < 10000; ++frame) {
      ASSERT_TRUE(spool.next(record));
      const ClosureInput expected = record_of(frame);
      ASSERT_EQ(record.frame, expected.frame);
      ASSERT_EQ(record.time_s, expected.time_s);
      ASSERT_EQ(record.ear.right, expected.ear.right);
      ASSERT_EQ(std::isnan(record.ear.left), std::isnan(expected.ear.left));
      ASSERT_EQ(record.is_trustworthy, expected.is_trustworthy);
      ASSERT_EQ(record.is_suspect, expected.is_suspect);
      ASSERT_EQ(record.face_score, expected.face_score);
      ASSERT_EQ(record.face_box, expected.face_box);
    }
    EXPECT_FALSE(spool.next(record));
    EXPECT_FALSE(spool.next(record));
  }
}

TEST(TraceSpool, LeavesNoFileEvenWhileInUse) {
  const testing::TemporaryFolder folder;
  TraceSpool spool(folder.path());
  spool.append(record_of(0));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(TraceSpool, EmptyIsReadable) {
  const testing::TemporaryFolder folder;
  TraceSpool spool(folder.path());
  ClosureInput record;
  spool.rewind();
  EXPECT_FALSE(spool.next(record));
}

TEST(TraceSpool, NamesTheFolderItCannotWriteIn) {
  try {
    TraceSpool spool("/nonexistent/folder");
    FAIL() << "expected InputError";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("/nonexistent/folder"), std::string::npos);
  }
}

// A limit on the size of files stands for the full disk.
TEST(TraceSpool, ReportsAFullDisk) {
  const testing::TemporaryFolder folder;
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit small = before;
  small.rlim_cur = 4096;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  bool has_thrown = false;
  try {
    TraceSpool spool(folder.path());
    for (int frame = 0; frame < 5000; ++frame) spool.append(record_of(frame));
    spool.rewind();
  } catch (const InputError&) {
    has_thrown = true;
  }
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_TRUE(has_thrown);
}

}  // namespace
}  // namespace eyelid::closure
