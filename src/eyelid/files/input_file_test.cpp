// SPDX-License-Identifier: MIT
#include "eyelid/files/input_file.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "refusal.hpp"
#include "temporary_folder.hpp"

namespace eyelid::files {
namespace {

void put(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

TEST(InputFile, ReadsRegularFilesAndNothingElse) {
  const testing::TemporaryFolder folder;
  put(folder / "a", std::string("a\0b\n", 4));
  EXPECT_EQ(read_input_file(folder / "a", 4, "a list"), std::string("a\0b\n", 4));
  EXPECT_THROW(read_input_file(folder / "a", 3, "a list"), InputError);
  EXPECT_THROW(read_input_file(folder / "absent", 3, "a list"), InputError);
  EXPECT_EQ(testing::refusal_of([&] { read_input_file(folder.path(), 3, "a list"); }),
            folder.path().string() + ": is a folder, expected a list");
}

TEST(InputLines, EndAtEveryKindOfLineBreakAndCountFromOne) {
  const testing::TemporaryFolder folder;
  const std::string middle(200'000, 'x');  // more than one block
  put(folder / "a", "first\r\n\n" + middle + "\nlast");
  InputLines lines(folder / "a", "a list");
  std::string line;
  for (const std::string& expected : {std::string("first"), std::string(), middle}) {
    ASSERT_TRUE(lines.next(line));
    EXPECT_EQ(line, expected);
    EXPECT_FALSE(lines.is_unfinished());
  }
  ASSERT_TRUE(lines.next(line));
  EXPECT_EQ(line, "last");
  EXPECT_EQ(lines.number(), 4);
  EXPECT_TRUE(lines.is_unfinished());
  EXPECT_FALSE(lines.next(line));
}

TEST(InputLines, AnEndlessLineIsRefused) {
  const testing::TemporaryFolder folder;
  put(folder / "a", "first\n");
  std::filesystem::resize_file(folder / "a", std::uintmax_t{1} << 32);  // sparse: zeros
  InputLines lines(folder / "a", "a list");
  std::string line;
  ASSERT_TRUE(lines.next(line));
  try {
    lines.next(line);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("a:2: found a line of more than 16 MB"),
              std::string::npos);
  }
}

}  // namespace
}  // namespace eyelid::files
