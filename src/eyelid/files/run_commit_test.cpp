// SPDX-License-Identifier: MIT
#include "eyelid/files/run_commit.hpp"

#include <gtest/gtest.h>

#include "eyelid/core/error.hpp"
#include "eyelid/files/run_commit_testing.hpp"

namespace eyelid::files {
namespace {

namespace fs = std::filesystem;
Move failing_from(int first, int last) {
  return [=, count = 0](const fs::path& from, const fs::path& to) mutable {
    ++count;
    if (count >= first && count <= last) throw InputError("injected");
    rename_file(from, to);
  };
}

TEST(RunCommit, ReplacesTheOldRunAndLeavesTheUsersFiles) {
  const StagedRun run;
  run.commit(rename_file);
  EXPECT_EQ(run.visible(), kNew);
  remove_private_folder(run.private_folder());
  EXPECT_EQ(run.hidden(), 0);
}

TEST(RunCommit, AFailureAtAnyMoveBringsTheOldRunBack) {
  for (int n = 1; n <= kMoves; ++n) {
    const StagedRun run;
    EXPECT_THROW(run.commit(failing_from(n, n)), InputError);
    EXPECT_EQ(run.visible(), kOld) << "move " << n;
    remove_private_folder(run.private_folder());
    EXPECT_EQ(run.hidden(), 0) << "move " << n;
  }
}

TEST(RunCommit, AFailureOfTheLastDeliveryBringsTheOldRunBack) {
  const StagedRun run;
  const auto refuse = [] { throw InputError("elsewhere.json: disk full"); };
  EXPECT_THROW(commit_run(run.path(), run.private_folder(), kNames, refuse), InputError);
  EXPECT_EQ(run.visible(), kOld);
}

TEST(RunCommit, WhatCanNeitherBeDoneNorUndoneIsDoneByTheNextRun) {
  for (int n = 1; n <= kMoves; ++n) {
    const StagedRun run;
    EXPECT_THROW(run.commit(failing_from(n, 1000)), InputError);
    EXPECT_FALSE(is_mixed(run.visible())) << "move " << n;
    remove_private_folder(run.private_folder());  // refuses: it holds the rest
    finish_killed_runs(run.path());
    EXPECT_TRUE(run.visible() == kNew || (n == 1 && run.visible() == kOld)) << "move " << n;
    EXPECT_EQ(run.hidden(), 0);
  }
}

TEST(RunCommit, ARunKilledBeforeItsCommitLeavesNothing) {
  const StagedRun run;
  finish_killed_runs(run.path());
  EXPECT_EQ(run.visible(), kOld);
  EXPECT_EQ(run.hidden(), 0);
}

}  // namespace
}  // namespace eyelid::files
