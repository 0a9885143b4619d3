// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "eyelid/files/atomic_file.hpp"
#include "eyelid/files/folder_lock.hpp"
#include "eyelid/files/input_file.hpp"
#include "eyelid/files/output_check.hpp"
#include "eyelid/files/run_commit_testing.hpp"
#include "refusal.hpp"
#include "temporary_folder.hpp"
#include "text_of_file.hpp"

namespace eyelid::files {
namespace {

namespace fs = std::filesystem;

std::string refusal_to_read(const fs::path& path) {
  return testing::refusal_of([&] { read_input_file(path, 1000, "a list"); });
}

TEST(AtomicFile, ALinkThatLooksLikeALeftoverIsNotFollowed) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "precious") << "precious";
  fs::create_symlink("precious", folder / ".eyelid-11111111.partial");
  write_file(folder / "a.csv", "new");
  EXPECT_EQ(testing::text_of_file(folder / "precious"), "precious");
  EXPECT_TRUE(fs::is_symlink(folder / ".eyelid-11111111.partial"));
}

TEST(FolderLock, HoldsTheFolderUnderEveryName) {
  const testing::TemporaryFolder folder;
  fs::create_directory_symlink(".", folder / "same");
  const FolderLock first(folder.path());
  EXPECT_NE(
      testing::refusal_of([&] { FolderLock(folder / "same"); }).find("another run is writing"),
      std::string::npos);
}

TEST(InputFile, ReadsBehindALink) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "a") << "text";
  fs::create_symlink("a", folder / "link");
  EXPECT_EQ(read_input_file(folder / "link", 4, "a list"), "text");
}

// None of these may be waited for: a pipe without a writer, a device without an end.
TEST(InputFile, RefusesWhatIsNoRegularFile) {
  const testing::TemporaryFolder folder;
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(refusal_to_read(folder / "pipe"),
            (folder / "pipe").string() + ": is a pipe, expected a list");
  EXPECT_EQ(refusal_to_read("/dev/zero"), "/dev/zero: is a device, expected a list");
  fs::create_symlink("/dev/zero", folder / "link");
  EXPECT_NE(refusal_to_read(folder / "link").find("is a device"), std::string::npos);
  EXPECT_NE(refusal_to_read(folder / "absent").find("No such file"), std::string::npos);
}

TEST(InputFile, AFailingReadIsNotTheEnd) {
  // The memory at address 0 cannot be read, of a file that counts as regular.
  try {
    read_input_file("/proc/self/mem", 1000, "a list");
    FAIL();
  } catch (const ReadError& error) {
    EXPECT_EQ(std::string(error.what()),
              "/proc/self/mem: reading failed (Input/output error), expected a list");
  }
}

TEST(OutputCheck, TakesFoldersBehindLinks) {
  const testing::TemporaryFolder folder;
  fs::create_directory(folder / "real");
  fs::create_directory_symlink("real", folder / "linked");
  EXPECT_NO_THROW(check_output(folder / "linked/new.csv"));
  EXPECT_NO_THROW(check_output_folder(folder / "linked/new.csv"));
}

TEST(OutputCheck, RefusesLinksPipesAndDevices) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "precious.csv") << "precious";
  fs::create_symlink("precious.csv", folder / "link");
  fs::create_symlink("nowhere", folder / "dangling");
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  for (const auto& [path, kind] :
       std::vector<std::pair<fs::path, const char*>>{{folder / "link", "is a link"},
                                                     {folder / "dangling", "is a link"},
                                                     {folder / "pipe", "is a pipe"},
                                                     {"/dev/null", "is a device"}}) {
    const std::string sentence = testing::refusal_of([&, file = path] { check_output(file); });
    EXPECT_EQ(sentence.find(path.string() + ": " + kind), 0u) << sentence;
    EXPECT_NE(sentence.find("expected"), std::string::npos) << sentence;
  }
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
