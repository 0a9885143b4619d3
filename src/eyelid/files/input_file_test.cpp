// SPDX-License-Identifier: MIT
#include "eyelid/files/input_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <string>

#include "temporary_folder.hpp"

namespace eyelid::files {
namespace {

void put(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::string refusal_of(const std::filesystem::path& path) {
  try {
    read_input_file(path, 1000, "a list");
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(InputFile, ReadsRegularFilesAndLinksToThem) {
  const testing::TemporaryFolder folder;
  put(folder / "a", std::string("a\0b\n", 4));
  std::filesystem::create_symlink("a", folder / "link");
  EXPECT_EQ(read_input_file(folder / "a", 4, "a list"), std::string("a\0b\n", 4));
  EXPECT_EQ(read_input_file(folder / "link", 4, "a list"), std::string("a\0b\n", 4));
  EXPECT_THROW(read_input_file(folder / "a", 3, "a list"), InputError);
}

// None of these may be waited for: a pipe without a writer, a device without an end.
TEST(InputFile, RefusesWhatIsNoRegularFile) {
  const testing::TemporaryFolder folder;
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(refusal_of(folder / "pipe"),
            (folder / "pipe").string() + ": is a pipe, expected a list");
  EXPECT_EQ(refusal_of("/dev/zero"), "/dev/zero: is a device, expected a list");
  EXPECT_EQ(refusal_of(folder.path()), folder.path().string() + ": is a folder, expected a list");
  std::filesystem::create_symlink("/dev/zero", folder / "link");
  EXPECT_NE(refusal_of(folder / "link").find("is a device"), std::string::npos);
  EXPECT_NE(refusal_of(folder / "absent").find("No such file"), std::string::npos);
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
