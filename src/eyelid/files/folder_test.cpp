// SPDX-License-Identifier: MIT
#include "eyelid/files/folder.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "eyelid/core/error.hpp"
#include "eyelid/files/folder_lock.hpp"
#include "eyelid/files/write_error.hpp"
#include "temporary_folder.hpp"

namespace eyelid::files {
namespace {

TEST(CreateFolder, CreatesParentsAndAcceptsAnExistingOne) {
  const testing::TemporaryFolder folder;
  create_folder(folder / "a" / "b");
  create_folder(folder / "a" / "b");
  EXPECT_TRUE(std::filesystem::is_directory(folder / "a" / "b"));
}

TEST(CreateFolder, AFileInTheWayIsOneSentence) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "file") << "x";
  for (const std::filesystem::path& path : {folder / "file", folder / "file" / "below"}) {
    try {
      create_folder(path);
      ADD_FAILURE() << path;
    } catch (const InputError& error) {
      EXPECT_EQ(std::string(error.what()).find(path.string() + ": cannot create folder ("), 0u);
    }
  }
}

// Who runs many jobs repeats one that the system refused, and not one whose input is at fault.
TEST(WriteError, IsWhatTheSystemRefuses) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "file") << "x";
  EXPECT_THROW(create_folder(folder / "file" / "below"), WriteError);
  const FolderLock lock(folder.path());
  EXPECT_THROW(FolderLock(folder.path()), WriteError);
}

}  // namespace
}  // namespace eyelid::files
