// SPDX-License-Identifier: MIT
#include "eyelid/download/part_file.hpp"

#include <gtest/gtest.h>

#include "eyelid/core/error.hpp"
#include "temporary_folder.hpp"
#include "text_of_file.hpp"

namespace eyelid::download {
namespace {

namespace fs = std::filesystem;

TEST(PartFile, ResumesWhereAnEarlierOneEnded) {
  const testing::TemporaryFolder folder;
  { PartFile(folder / "a").append("abc", 3); }
  EXPECT_FALSE(fs::exists(folder / "a"));
  PartFile part(folder / "a");
  EXPECT_EQ(part.size(), 3u);
  part.append("def", 3);
  // Of "abcdef".
  EXPECT_EQ(part.sha256(), "bef57ec7f53a6d40beb640a780a639c83bc29ac8a9816f1fc6c5c6dcd93c4721");
  part.commit();
  EXPECT_EQ(testing::text_of_file(folder / "a"), "abcdef");
  EXPECT_FALSE(fs::exists(folder / "a.part"));
}

TEST(PartFile, HasOneOwnerAtATime) {
  const testing::TemporaryFolder folder;
  PartFile first(folder / "a");
  EXPECT_THROW(PartFile(folder / "a"), InputError);
  first.commit();
  PartFile second(folder / "a");  // a new part; the final file is left alone
  second.append("x", 1);
  EXPECT_EQ(testing::text_of_file(folder / "a"), "");
}

TEST(PartFile, SaysWhyItCannotBeWritten) {
  EXPECT_THROW(PartFile("/nowhere/at/all"), InputError);
  if (fs::exists("/dev/full")) {
    const testing::TemporaryFolder folder;
    fs::create_symlink("/dev/full", folder / "a.part");
    PartFile part(folder / "a");
    EXPECT_THROW(part.append("x", 1), InputError);
  }
}

}  // namespace
}  // namespace eyelid::download
