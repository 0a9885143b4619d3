// SPDX-License-Identifier: MIT
#include "eyelid/files/atomic_file.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "eyelid/core/error.hpp"
#include "temporary_folder.hpp"
#include "text_of_file.hpp"

namespace eyelid::files {
namespace {

int files_in(const std::filesystem::path& folder) {
  int count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++count;
  return count;
}

TEST(AtomicFile, AppearsOnlyWhenCommitted) {
  const testing::TemporaryFolder folder;
  AtomicFile file(folder / "a.csv");
  file.write("frame,time_s\n");
  EXPECT_FALSE(std::filesystem::exists(folder / "a.csv"));
  file.commit(Durability::kSync);
  EXPECT_EQ(testing::text_of_file(folder / "a.csv"), "frame,time_s\n");
  EXPECT_EQ(files_in(folder.path()), 1);
}

TEST(AtomicFile, LeavesTheOldFileWhenGivenUp) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "a.csv") << "old";
  {
    AtomicFile file(folder / "a.csv");
    file.write("new");
  }
  EXPECT_EQ(testing::text_of_file(folder / "a.csv"), "old");
  EXPECT_EQ(files_in(folder.path()), 1);
}

TEST(AtomicFile, ReplacesTheOldFile) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "a.csv") << "old";
  write_file(folder / "a.csv", "new");
  EXPECT_EQ(testing::text_of_file(folder / "a.csv"), "new");
  EXPECT_EQ(files_in(folder.path()), 1);
}

TEST(AtomicFile, RemovesWhatKilledProgramsLeftAndNothingElse) {
  const testing::TemporaryFolder folder;
  const std::filesystem::path other = folder.path() / "." / "b.csv";  // another spelling: looked at
  const AtomicFile being_written(folder / "a.csv");
  std::ofstream(folder / ".eyelid-00000000.partial") << "left behind";
  std::ofstream(folder / "precious.partial") << "precious";
  write_file(other, "new");
  EXPECT_FALSE(std::filesystem::exists(folder / ".eyelid-00000000.partial"));
  EXPECT_EQ(testing::text_of_file(folder / "precious.partial"), "precious");
  EXPECT_EQ(files_in(folder.path()), 3);  // precious, b.csv, and the one being written
}

TEST(AtomicFile, WritersOfOneNameDoNotDisturbEachOther) {
  const testing::TemporaryFolder folder;
  AtomicFile one(folder / "a.csv");
  AtomicFile other(folder / "a.csv");
  one.write("one");
  other.write("another");
  one.commit();
  EXPECT_EQ(testing::text_of_file(folder / "a.csv"), "one");
  other.commit();
  EXPECT_EQ(testing::text_of_file(folder / "a.csv"), "another");
}

TEST(AtomicFile, SeeksAndLargeWritesLandWhereTheyBelong) {
  const testing::TemporaryFolder folder;
  AtomicFile file(folder / "a.bin");
  std::string expected = "head";
  file.write("head");
  for (int i = 0; i < 300; ++i) {
    const std::string piece(static_cast<std::size_t>(i * i), static_cast<char>('a' + i % 26));
    file.write(piece);
    expected += piece;
  }
  file.seek(1);
  file.write("EA");
  EXPECT_EQ(file.size(), std::ssize(expected));
  file.seek(file.size());
  file.write("tail");
  file.commit();
  expected.replace(1, 2, "EA");
  EXPECT_EQ(testing::text_of_file(folder / "a.bin"), expected + "tail");
}

TEST(AtomicFile, MissingFolderAndFolderInTheWayAreOneSentence) {
  const testing::TemporaryFolder folder;
  std::filesystem::create_directory(folder / "taken");
  for (const char* name : {"absent/a.csv", "taken", "taken/"}) {
    try {
      AtomicFile file(folder / name);
      ADD_FAILURE() << name;
    } catch (const InputError& error) {
      const std::string sentence = error.what();
      EXPECT_EQ(sentence.find((folder / name).string()), 0u) << sentence;
      EXPECT_NE(sentence.find("expected"), std::string::npos) << sentence;
    }
  }
}

TEST(AtomicFile, ANameTakenAtTheEndIsAnErrorAndLeavesNothing) {
  const testing::TemporaryFolder folder;
  {
    AtomicFile file(folder / "a.csv");
    std::filesystem::create_directory(folder / "a.csv");
    EXPECT_THROW(file.commit(), InputError);
  }
  EXPECT_EQ(files_in(folder.path()), 1);  // the folder in the way
}

}  // namespace
}  // namespace eyelid::files
