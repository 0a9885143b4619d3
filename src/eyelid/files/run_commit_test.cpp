// SPDX-License-Identifier: MIT
#include "eyelid/files/run_commit.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <map>

#include "eyelid/core/error.hpp"
#include "temporary_folder.hpp"
#include "text_of_file.hpp"

namespace eyelid::files {
namespace {

namespace fs = std::filesystem;
using Contents = std::map<std::string, std::string>;

const std::vector<std::string> kNames = {"a.csv", "b.csv", "c.csv", "session.json"};
// The old run had a.csv and no c.csv, the new one has c.csv and no a.csv.
const Contents kOld = {
    {"a.csv", "old"}, {"b.csv", "old"}, {"session.json", "old"}, {"trials.csv", "mine"}};
const Contents kNew = {
    {"b.csv", "new"}, {"c.csv", "new"}, {"session.json", "new"}, {"trials.csv", "mine"}};
constexpr int kMoves = 6;  // three old files go, three new ones come

/// A folder with an old run, a file of the user's, and a new run that is staged.
class StagedRun {
 public:
  StagedRun() {
    for (const auto& [name, text] : kOld) std::ofstream(folder_ / name) << text;
    fs::create_directories(private_folder() / kStagedFolder);
    for (const char* name : {"b.csv", "c.csv", "session.json"}) {
      std::ofstream(private_folder() / kStagedFolder / name) << "new";
    }
  }
  fs::path path() const { return folder_.path(); }
  fs::path private_folder() const { return folder_ / (std::string(kRunPrefix) + "abcdefgh"); }

  void commit(const Move& move) const {
    commit_run(
        path(), private_folder(), kNames, [] {}, move);
  }
  /// What a user sees.
  Contents visible() const {
    Contents files;
    for (const auto& entry : fs::directory_iterator(path())) {
      if (entry.is_directory()) continue;
      files[entry.path().filename().string()] = testing::text_of_file(entry.path());
    }
    return files;
  }
  int hidden() const {
    int count = 0;
    for (const auto& entry : fs::directory_iterator(path())) count += entry.is_directory();
    return count;
  }

 private:
  testing::TemporaryFolder folder_;
};

/// Files of both runs at once; a run without its record is not whole, but it is not mixed.
bool is_mixed(const Contents& visible) {
  bool has_old = false;
  bool has_new = false;
  for (const auto& [name, text] : visible) {
    has_old |= text == "old";
    has_new |= text == "new";
  }
  return has_old && has_new;
}

Move failing_from(int first, int last) {
  return [=, count = 0](const fs::path& from, const fs::path& to) mutable {
    ++count;
    if (count >= first && count <= last) throw InputError("injected");
    rename_file(from, to);
  };
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

TEST(RunCommit, ARunKilledBeforeItsCommitLeavesNothing) {
  const StagedRun run;
  finish_killed_runs(run.path());
  EXPECT_EQ(run.visible(), kOld);
  EXPECT_EQ(run.hidden(), 0);
}

TEST(RunCommit, ALinkOfThatNameIsNoRunAndIsNotFollowed) {
  const StagedRun run;
  const testing::TemporaryFolder elsewhere;
  std::ofstream(elsewhere / "precious") << "x";
  const fs::path link = run.path() / (std::string(kRunPrefix) + "linkedaa");
  fs::create_directory_symlink(elsewhere.path(), link);
  finish_killed_runs(run.path());
  EXPECT_TRUE(fs::exists(elsewhere / "precious"));
}

}  // namespace
}  // namespace eyelid::files
