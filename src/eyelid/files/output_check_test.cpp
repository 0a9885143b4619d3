// SPDX-License-Identifier: MIT
#include "eyelid/files/output_check.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <vector>

#include "eyelid/core/error.hpp"
#include "refusal.hpp"
#include "temporary_folder.hpp"

namespace eyelid::files {
namespace {

namespace fs = std::filesystem;

std::string refusal(const fs::path& output, const std::vector<fs::path>& inputs = {}) {
  try {
    check_output(output, inputs);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(OutputCheck, TakesNewNamesRegularFilesAndFoldersBehindLinks) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "old.csv") << "old";
  fs::create_directory(folder / "real");
  fs::create_directory_symlink("real", folder / "linked");
  for (const char* name : {"new.csv", "old.csv", "linked/new.csv"}) {
    EXPECT_EQ(refusal(folder / name), "");
    EXPECT_NO_THROW(check_output_folder(folder / name));
  }
}

TEST(OutputCheck, RefusesEverythingThatIsNotARegularFile) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "precious.csv") << "precious";
  fs::create_symlink("precious.csv", folder / "link");
  fs::create_symlink("nowhere", folder / "dangling");
  fs::create_directory(folder / "folder");
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  for (const auto& [path, kind] : std::vector<std::pair<fs::path, const char*>>{
           {folder / "link", "is a link"},
           {folder / "dangling", "is a link"},
           {folder / "folder", "is a folder"},
           {folder / "folder/", "is the name of a folder"},
           {folder / "absent/", "is the name of a folder"},
           {folder / "pipe", "is a pipe"},
           {"/dev/null", "is a device"}}) {
    const std::string sentence = refusal(path);
    EXPECT_EQ(sentence.find(path.string() + ": " + kind), 0u) << sentence;
    EXPECT_NE(sentence.find("expected"), std::string::npos) << sentence;
  }
  EXPECT_NE(refusal(""), "");
}

TEST(OutputCheck, RefusesAnInputByAnyOfItsNames) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "film.mp4") << "film";
  fs::create_hard_link(folder / "film.mp4", folder / "other name.mp4");
  const std::vector<fs::path> inputs = {folder / "." / "film.mp4", folder / "absent.mp4"};
  EXPECT_NE(refusal(folder / "film.mp4", inputs).find("is an input"), std::string::npos);
  EXPECT_NE(refusal(folder / "other name.mp4", inputs).find("is an input"), std::string::npos);
  EXPECT_EQ(refusal(folder / "absent.mp4", inputs), "");
}

TEST(OutputCheck, OfManyOutputsAndOfAFolderTheInputIsNamed) {
  const testing::TemporaryFolder folder;
  for (const char* name : {"a.csv", "b.csv", "face.jpg"}) std::ofstream(folder / name) << name;
  fs::create_directory(folder / "errors");
  const std::vector<fs::path> inputs = {folder / "b.csv", folder / "face.jpg"};
  const std::vector<fs::path> outputs = {folder / "a.csv", folder / "b.csv"};
  EXPECT_EQ(testing::refusal_of([&] { check_outputs(outputs, inputs); }),
            (folder / "b.csv").string() + ": is an input, expected another place for the output");
  EXPECT_NO_THROW(check_outputs({outputs.data(), 1}, inputs));

  EXPECT_NO_THROW(check_holds_no_input(folder / "absent", inputs));
  EXPECT_NO_THROW(check_holds_no_input(folder / "errors", inputs));
  fs::create_hard_link(folder / "face.jpg", folder / "errors" / "0001_face.jpg");
  EXPECT_EQ(testing::refusal_of([&] { check_holds_no_input(folder / "errors", inputs); }),
            (folder / "errors/0001_face.jpg").string() +
                ": is an input, expected another place for the output");
}

TEST(OutputCheck, RefusesFoldersThatAreNotThere) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "file") << "x";
  EXPECT_THROW(check_output_folder(folder / "absent" / "a.csv"), InputError);
  EXPECT_THROW(check_output_folder(folder / "file" / "a.csv"), InputError);
}

TEST(OutputCheck, ShowsTheFinalNameOfAStagedFile) {
  EXPECT_EQ(shown_path("out/.eyelid-run-abcdefgh/new/frames.csv"), "out/frames.csv");
  EXPECT_EQ(shown_path("out/new/frames.csv"), "out/new/frames.csv");
  EXPECT_EQ(shown_path("frames.csv"), "frames.csv");
}

}  // namespace
}  // namespace eyelid::files
