// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "eyelid/files/growing_file.hpp"
#include "eyelid/files/record_spool.hpp"
#include "eyelid/files/run_commit_testing.hpp"
#include "eyelid/files/run_folder.hpp"
#include "temporary_folder.hpp"
#include "text_of_file.hpp"

namespace eyelid::files {
namespace {

TEST(GrowingFile, KeepsWhatItHoldsWhenTheProgramIsKilled) {
  const testing::TemporaryFolder folder;
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    GrowingFile file(folder / "trace.csv");
    file.write("one\n");
    file.write("two\n");
    ::raise(SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(testing::text_of_file(folder / "trace.csv"), "one\ntwo\n");
}

TEST(RecordSpool, HasNoNameThatAKillWouldLeave) {
  const testing::TemporaryFolder folder;
  RecordSpool<int> spool(folder.path());
  spool.append(1);
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(RunFolder, RemovesWhatAKilledRunLeft) {
  const testing::TemporaryFolder folder;
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const RunFolder run(folder.path(), kNames);
    write_file(run.staged("a.csv"), "never committed");
    _exit(0);
  }
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  EXPECT_FALSE(fs::is_empty(folder.path()));  // its private folder
  EXPECT_NO_THROW(RunFolder(folder.path(), kNames));
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

/// Runs `job` in a process that dies at move number `n`, before or after it.
void run_killed(int n, bool is_after, const std::function<void(const Move&)>& job) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    job([=, count = 0](const fs::path& from, const fs::path& to) mutable {
      const bool dies = ++count == n;
      if (dies && !is_after) _exit(9);
      rename_file(from, to);
      if (dies) _exit(9);
    });
    _exit(0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(WEXITSTATUS(status), 9);
}

TEST(RunCommit, AKillAtAnyMoveNeverMixesAndIsCompletedByTheNextRun) {
  for (int n = 1; n <= kMoves; ++n) {
    for (const bool is_after : {false, true}) {
      const StagedRun run;
      run_killed(n, is_after, [&](const Move& move) { run.commit(move); });
      EXPECT_FALSE(is_mixed(run.visible())) << "move " << n;
      finish_killed_runs(run.path());
      EXPECT_EQ(run.visible(), kNew) << "move " << n;
      EXPECT_EQ(run.hidden(), 0) << "move " << n;
    }
  }
}

TEST(RunCommit, AKillWhileAKilledRunIsCompletedIsCompletedToo) {
  for (int n = 1; n <= kMoves - 1; ++n) {
    const StagedRun run;
    run_killed(1, true, [&](const Move& move) { run.commit(move); });
    run_killed(n, true, [&](const Move& move) { finish_killed_runs(run.path(), move); });
    EXPECT_FALSE(is_mixed(run.visible())) << "move " << n;
    finish_killed_runs(run.path());
    EXPECT_EQ(run.visible(), kNew) << "move " << n;
  }
}

TEST(RunCommit, AKilledRunThatCannotBeCompletedIsUndone) {
  const StagedRun run;
  run_killed(3, true, [&](const Move& move) { run.commit(move); });
  fs::create_directories(run.path() / "c.csv" / "of the user");
  finish_killed_runs(run.path());
  EXPECT_EQ(run.visible(), kOld);
}

}  // namespace
}  // namespace eyelid::files
