// SPDX-License-Identifier: MIT
#include "eyelid/files/output_check.hpp"

#include <gtest/gtest.h>

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

TEST(OutputCheck, TakesNewNamesAndRegularFilesButNoFolder) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "old.csv") << "old";
  fs::create_directory(folder / "real");
  for (const char* name : {"new.csv", "old.csv", "real/new.csv"}) {
    EXPECT_EQ(refusal(folder / name), "");
    EXPECT_NO_THROW(check_output_folder(folder / name));
  }
  EXPECT_NE(refusal(folder / "real").find("real: is a folder"), std::string::npos);
  EXPECT_NE(refusal(folder / "real/").find("is the name of a folder"), std::string::npos);
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
            (folder / "errors" / "0001_face.jpg").string() +
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
