// SPDX-License-Identifier: MIT
#include "eyelid/download/part_file.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>

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
  const testing::TemporaryFolder folder;
  PartFile part(folder / "a");
  rlimit before = {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit none = {.rlim_cur = 0, .rlim_max = before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &none);
  EXPECT_THROW(part.append("x", 1), InputError);
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
}

TEST(PartFile, IsNeverWrittenThroughALink) {
  const testing::TemporaryFolder folder;
  fs::create_symlink(folder / "elsewhere", folder / "a.part");
  EXPECT_THROW(PartFile(folder / "a"), InputError);
  EXPECT_FALSE(fs::exists(folder / "elsewhere"));
}

}  // namespace
}  // namespace eyelid::download
