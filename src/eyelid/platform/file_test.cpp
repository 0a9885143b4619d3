// SPDX-License-Identifier: MIT
#include "eyelid/platform/file.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <string>
#include <string_view>

#include "temporary_folder.hpp"
#include "text_of_file.hpp"

namespace eyelid::platform {
namespace {

namespace fs = std::filesystem;

std::span<const std::byte> bytes_in(std::string_view text) {
  return std::as_bytes(std::span(text));
}

File opened(const fs::path& path, Opening opening) {
  std::error_code error;
  File file(path, opening, error);
  EXPECT_FALSE(error) << path << ": " << error.message();
  return file;
}

std::error_code error_of(const fs::path& path, Opening opening) {
  std::error_code error;
  const File file(path, opening, error);
  EXPECT_EQ(file.is_open(), !error);
  return error;
}

void put(const fs::path& path, std::string_view text) {
  std::error_code error;
  File file = opened(path, Opening::kNew);
  EXPECT_EQ(file.write_at(0, bytes_in(text), error), text.size());
  EXPECT_FALSE(error) << error.message();
}

TEST(File, BytesLandWhereTheyBelongAndAreNotTranslated) {
  const testing::TemporaryFolder folder;
  std::error_code error;
  File file = opened(folder / "a", Opening::kNew);
  EXPECT_EQ(file.write_at(3, bytes_in("line\n\x1a\r\n"), error), 8u);
  EXPECT_EQ(file.write_at(0, bytes_in("abc"), error), 3u);
  EXPECT_EQ(testing::text_of_file(folder / "a"), "abcline\n\x1a\r\n");
  EXPECT_EQ(file.status(error).size, 11);
  EXPECT_EQ(file.status(error).type, fs::file_type::regular);
  EXPECT_FALSE(file.delayed_error());

  std::string text(100, '?');
  const auto target = std::as_writable_bytes(std::span(text));
  EXPECT_EQ(file.read_at(9, target, error), 2u);
  EXPECT_EQ(text.substr(0, 2), "\r\n");
  EXPECT_EQ(file.read_at(11, target, error), 0u);
  EXPECT_FALSE(error) << error.message();

  File reader = opened(folder / "a", Opening::kRead);
  EXPECT_EQ(reader.read(target.first(4), error), 4u);
  EXPECT_EQ(reader.read(target.subspan(4), error), 7u);
  EXPECT_EQ(text.substr(0, 11), "abcline\n\x1a\r\n");
  EXPECT_EQ(reader.read(target, error), 0u);
  EXPECT_FALSE(error) << error.message();
  EXPECT_EQ(reader.write_at(0, bytes_in("x"), error), 0u);
  EXPECT_TRUE(error);

  EXPECT_FALSE(file.truncate());
  EXPECT_EQ(file.status(error).size, 0);
}

TEST(File, SaysWhyItCannotBeOpened) {
  const testing::TemporaryFolder folder;
  put(folder / "a", "kept");
  EXPECT_EQ(error_of(folder / "a", Opening::kNew), std::errc::file_exists);
  EXPECT_EQ(error_of(folder / "absent", Opening::kRead), std::errc::no_such_file_or_directory);
  EXPECT_EQ(error_of(folder / "absent", Opening::kReadWrite), std::errc::no_such_file_or_directory);
  EXPECT_EQ(error_of(folder / "absent" / "a", Opening::kNew), std::errc::no_such_file_or_directory);
  EXPECT_FALSE(error_of(folder / "new", Opening::kReadWriteOrNew));
  EXPECT_FALSE(error_of(folder / "a", Opening::kReadWriteOrNew));
  EXPECT_EQ(testing::text_of_file(folder / "a"), "kept");
}

TEST(File, AFolderIsOpenedToBeCalledOne) {
  const testing::TemporaryFolder folder;
  std::error_code error;
  EXPECT_EQ(opened(folder.path(), Opening::kRead).status(error).type, fs::file_type::directory);
  EXPECT_FALSE(error) << error.message();
}

TEST(File, ALockHoldsOffOthersButNoReader) {
  const testing::TemporaryFolder folder;
  put(folder / "a", "text");
  File first = opened(folder / "a", Opening::kReadWrite);
  File second = opened(folder / "a", Opening::kReadWrite);
  EXPECT_FALSE(first.try_lock());
  EXPECT_EQ(second.try_lock(), std::errc::operation_would_block);
  EXPECT_EQ(testing::text_of_file(folder / "a"), "text");
  first.close();
  EXPECT_FALSE(second.try_lock());
}

TEST(File, ALockedFolderHasOneOwnerAndTakesFiles) {
  const testing::TemporaryFolder folder;
  std::error_code error;
  File first = File::locked_folder(folder.path(), error);
  EXPECT_FALSE(error) << error.message();
  EXPECT_FALSE(File::locked_folder(folder / ".", error).is_open());
  EXPECT_EQ(error, std::errc::operation_would_block);
  EXPECT_FALSE(check_takes_files(folder.path()));
  put(folder / "a", "a");
  fs::create_directory(folder / "b");
  EXPECT_FALSE(rename_file(folder / "a", folder / "b" / "a"));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 1);
  EXPECT_TRUE(File::locked_folder(folder / "b", error).is_open());
  first.close();
  EXPECT_TRUE(File::locked_folder(folder.path(), error).is_open());
  EXPECT_FALSE(File::locked_folder(folder / "b" / "a", error).is_open());
  EXPECT_EQ(error, std::errc::not_a_directory);
  EXPECT_FALSE(File::locked_folder(folder / "absent", error).is_open());
  EXPECT_EQ(error, std::errc::no_such_file_or_directory);
  EXPECT_TRUE(check_takes_files(folder / "absent"));
}

TEST(File, ReplacesAFileWhileTheNewOneIsOpen) {
  const testing::TemporaryFolder folder;
  put(folder / "old", "old");
  put(folder / "new", "new");
  const File writer = opened(folder / "new", Opening::kReadWrite);
  const std::error_code error = rename_file(folder / "new", folder / "old");
  EXPECT_FALSE(error) << error.message();
  EXPECT_EQ(testing::text_of_file(folder / "old"), "new");
  EXPECT_FALSE(fs::exists(folder / "new"));
  EXPECT_EQ(rename_file(folder / "new", folder / "old"), std::errc::no_such_file_or_directory);
}

TEST(File, IsItselfUnderEveryName) {
  const testing::TemporaryFolder folder;
  put(folder / "a", "a");
  put(folder / "b", "b");
  fs::create_hard_link(folder / "a", folder / "link");
  std::error_code error;
  const auto identity = identity_of(folder / "a");
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity, identity_of(folder / "." / "link"));
  EXPECT_EQ(*identity, opened(folder / "link", Opening::kRead).status(error).identity);
  EXPECT_NE(identity, identity_of(folder / "b"));
  EXPECT_NE(identity_of(folder.path()), std::nullopt);
  EXPECT_EQ(identity_of(folder / "absent"), std::nullopt);
}

TEST(File, IsSyncedAndSoIsItsFolder) {
  const testing::TemporaryFolder folder;
  put(folder / "a", "a");
  EXPECT_FALSE(sync(folder / "a"));
  EXPECT_FALSE(sync(folder.path()));
  EXPECT_EQ(sync(folder / "absent"), std::errc::no_such_file_or_directory);
}

TEST(File, OfAnyNameOnEverySystem) {
  const testing::TemporaryFolder folder;
  const fs::path path = folder / fs::path(u8"Müller 50 % 眼");
  put(path, "x");
  EXPECT_EQ(testing::text_of_file(path), "x");
}

TEST(UnnamedFile, ReadsWhatWasWrittenAndGoes) {
  const testing::TemporaryFolder folder;
  std::error_code error;
  std::FILE* stream = open_unnamed(folder.path(), error);
  ASSERT_NE(stream, nullptr) << error.message();
  EXPECT_EQ(std::fwrite("a\nb\x1a", 1, 4, stream), 4u);
  std::rewind(stream);
  char text[8] = {};
  EXPECT_EQ(std::fread(text, 1, sizeof text, stream), 4u);
  EXPECT_STREQ(text, "a\nb\x1a");
  std::fclose(stream);
  EXPECT_TRUE(fs::is_empty(folder.path()));
  EXPECT_EQ(open_unnamed(folder / "absent", error), nullptr);
  EXPECT_EQ(error, std::errc::no_such_file_or_directory);
}

}  // namespace
}  // namespace eyelid::platform
