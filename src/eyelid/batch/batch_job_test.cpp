// SPDX-License-Identifier: MIT
#include "eyelid/batch/batch_job.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <string>

#include "eyelid/batch/batch_record.hpp"
#include "eyelid/files/interruption.hpp"
#include "temporary_folder.hpp"

// Films that can be tracked: tests/batch_command_test.py.
namespace eyelid::batch {
namespace {

class BatchJob : public ::testing::Test {
 protected:
  BatchJob() {
    request_.root = folder_ / "root";
    row_.id = "s1";
    row_.video = folder_ / "film.mkv";
  }
  RowResult run(bool resume = true) {
    request_.resume = resume;
    return do_recording(
        request_, row_, [](pipeline::TrackPhase, std::int64_t, std::optional<std::int64_t>) {});
  }
  BatchRecord record() const { return read_record(request_.root / "s1").value(); }

  testing::TemporaryFolder folder_;
  BatchRequest request_;
  ManifestRow row_;
};

TEST_F(BatchJob, AFilmThatCannotBeReadFailsOnce) {
  std::ofstream(row_.video) << "no film";
  const RowResult first = run();
  EXPECT_EQ(first.outcome, Outcome::Failed);
  EXPECT_NE(first.message.find("film.mkv"), std::string::npos) << first.message;
  EXPECT_EQ(record().state, RowState::Failed);
  const RowResult second = run();
  EXPECT_EQ(second.outcome, Outcome::FailedBefore);
  EXPECT_EQ(second.message, first.message);
  EXPECT_EQ(run(false).outcome, Outcome::Failed);
  request_.retries_failed = true;
  EXPECT_EQ(run().outcome, Outcome::Failed);
}

TEST_F(BatchJob, AFilmThatChangedIsTriedAgain) {
  const RowResult absent = run();
  EXPECT_EQ(absent.outcome, Outcome::Failed);
  EXPECT_NE(absent.message.find("is not there"), std::string::npos) << absent.message;
  EXPECT_EQ(run().outcome, Outcome::FailedBefore);
  std::ofstream(row_.video) << "no film";
  EXPECT_EQ(run().outcome, Outcome::Failed);
  EXPECT_EQ(run().outcome, Outcome::FailedBefore);
  std::ofstream(row_.video) << "still no film";
  EXPECT_EQ(run().outcome, Outcome::Failed);
  request_.track_options = {"--detector=hog"};
  EXPECT_EQ(run().outcome, Outcome::Failed);
  EXPECT_EQ(run().outcome, Outcome::FailedBefore);
}

TEST_F(BatchJob, AMachineAtFaultIsTriedAgain) {
  std::ofstream(request_.root) << "a file in the way";
  EXPECT_EQ(run().outcome, Outcome::Stopped);
  std::filesystem::remove(request_.root);
  std::ofstream(row_.video) << "no film";
  EXPECT_EQ(run().outcome, Outcome::Failed);
}

TEST_F(BatchJob, AttemptsThatEndWithoutAWordAreCounted) {
  std::ofstream(row_.video) << "no film";
  run();
  BatchRecord killed = record();
  killed.state = RowState::Started;
  killed.attempts = kMaxSilentAttempts - 1;
  write_record(request_.root / "s1", killed);
  EXPECT_EQ(run().outcome, Outcome::Failed);
  EXPECT_EQ(record().attempts, kMaxSilentAttempts);
  killed.attempts = kMaxSilentAttempts;
  write_record(request_.root / "s1", killed);
  const RowResult result = run();
  EXPECT_EQ(result.outcome, Outcome::FailedBefore);
  EXPECT_NE(result.message.find("3 attempts ended without a word"), std::string::npos);
  EXPECT_EQ(record().state, RowState::Failed);
}

TEST_F(BatchJob, ASignalIsNotedAndNoFault) {
  std::ofstream(row_.video) << "no film";
  files::interrupt(SIGTERM);
  EXPECT_THROW(run(), files::Interrupted);
  EXPECT_FALSE(files::take_interruption());
}

TEST_F(BatchJob, ARecordThatCannotBeReadIsWrittenAnew) {
  std::ofstream(row_.video) << "no film";
  std::filesystem::create_directories(request_.root / "s1");
  std::ofstream(request_.root / "s1" / kRecordName) << "{";
  EXPECT_EQ(run().outcome, Outcome::Failed);
  EXPECT_EQ(record().state, RowState::Failed);
}

}  // namespace
}  // namespace eyelid::batch
