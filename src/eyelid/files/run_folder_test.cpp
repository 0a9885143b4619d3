// SPDX-License-Identifier: MIT
#include "eyelid/files/run_folder.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>

#include "environment.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/files/sha256.hpp"
#include "temporary_folder.hpp"
#include "text_of_file.hpp"

namespace eyelid::files {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kNames = {"frames.csv", "overlay.mp4", "session.json"};

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    names.insert(entry.path().filename().string());
  }
  return names;
}

void write_run(const RunFolder& run, const std::string& text) {
  write_file(run.staged("frames.csv"), text);
  write_file(run.staged("session.json"), text);
}

std::string refusal(const fs::path& folder, const std::vector<fs::path>& inputs = {}) {
  try {
    RunFolder(folder, kNames, inputs);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

// The environment of this process as it was, when the test ends.
class TmpDir {
 public:
  explicit TmpDir(const char* value) : before_(std::getenv("TMPDIR")) {
    if (before_ != nullptr) kept_ = before_;
    testing::set_variable("TMPDIR", value);
  }
  ~TmpDir() { testing::set_variable("TMPDIR", before_ != nullptr ? kept_.c_str() : nullptr); }

 private:
  const char* before_;
  std::string kept_;
};

TEST(RunFolder, TemporaryFilesLieOnTheDiskOfTheNode) {
  const testing::TemporaryFolder folder, scratch;
  const RunFolder run(folder.path(), kNames);
  const auto place = [&](const char* value) {
    const TmpDir set(value);
    return run.scratch_folder();
  };
  EXPECT_EQ(place(scratch.path().string().c_str()), scratch.path());
  EXPECT_EQ(place(nullptr), run.private_folder());
  EXPECT_EQ(place(""), run.private_folder());
  EXPECT_EQ(place((scratch / "gone").string().c_str()), run.private_folder());
}

TEST(RunFolder, NothingAppearsBeforeTheCommitAndStaleFilesGoWithIt) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "overlay.mp4") << "of an earlier run";
  std::ofstream(folder / "trials.csv") << "of the user";
  RunFolder run(folder.path(), kNames);
  write_run(run, "new");
  EXPECT_FALSE(fs::exists(folder / "frames.csv"));
  EXPECT_TRUE(fs::exists(folder / "overlay.mp4"));
  run.commit();
  EXPECT_EQ(testing::text_of_file(folder / "frames.csv"), "new");
  EXPECT_FALSE(fs::exists(folder / "overlay.mp4"));
  EXPECT_EQ(testing::text_of_file(folder / "trials.csv"), "of the user");
}

TEST(RunFolder, LeavesTheFolderAsItWasWhenGivenUp) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "frames.csv") << "old";
  { write_run(RunFolder(folder.path(), kNames), "new"); }
  EXPECT_EQ(names_in(folder.path()), std::set<std::string>{"frames.csv"});
  EXPECT_EQ(testing::text_of_file(folder / "frames.csv"), "old");
  { write_run(RunFolder(folder / "new" / "deep", kNames), "new"); }
  EXPECT_FALSE(fs::exists(folder / "new"));
}

TEST(RunFolder, LeavesNothingBesideItsFilesWhenCommitted) {
  const testing::TemporaryFolder folder;
  {
    RunFolder run(folder / "new", kNames);
    write_run(run, "new");
    run.commit();
  }
  EXPECT_EQ(names_in(folder / "new"), (std::set<std::string>{"frames.csv", "session.json"}));
}

TEST(RunFolder, HasOneWriter) {
  const testing::TemporaryFolder folder;
  {
    const RunFolder first(folder.path(), kNames);
    EXPECT_NE(refusal(folder.path()).find("another run is writing"), std::string::npos);
  }
  EXPECT_EQ(refusal(folder.path()), "");
}

TEST(RunFolder, RefusesNamesThatAreTakenBeforeTheWork) {
  const testing::TemporaryFolder folder;
  fs::create_directory(folder / "overlay.mp4");
  EXPECT_NE(refusal(folder.path()).find("overlay.mp4: is a folder"), std::string::npos);
  fs::remove(folder / "overlay.mp4");
  std::ofstream(folder / "overlay.mp4") << "the recording";
  EXPECT_NE(refusal(folder.path(), {folder / "overlay.mp4"}).find("is an input"),
            std::string::npos);
  EXPECT_EQ(names_in(folder.path()), std::set<std::string>{"overlay.mp4"});
}

TEST(RunFolder, DeliversOutputsThatTheUserNamed) {
  const testing::TemporaryFolder folder;
  const testing::TemporaryFolder other;
  RunFolder run(folder.path(), kNames);
  write_run(run, "new");
  run.add(folder / "track.json", "inside");
  run.add(other / "levels.json", "elsewhere");
  EXPECT_FALSE(fs::exists(folder / "track.json"));
  EXPECT_FALSE(fs::exists(other / "levels.json"));
  run.commit();
  EXPECT_EQ(testing::text_of_file(folder / "track.json"), "inside");
  EXPECT_EQ(testing::text_of_file(other / "levels.json"), "elsewhere");
}

TEST(RunFolder, AnOutputThatCannotBeDeliveredBringsTheOldRunBack) {
  const testing::TemporaryFolder folder;
  const testing::TemporaryFolder other;
  std::ofstream(folder / "frames.csv") << "old";
  RunFolder run(folder.path(), kNames);
  write_run(run, "new");
  run.add(other / "levels.json", "elsewhere");
  fs::create_directory(other / "levels.json");
  EXPECT_THROW(run.commit(), InputError);
  EXPECT_EQ(testing::text_of_file(folder / "frames.csv"), "old");
  EXPECT_FALSE(fs::exists(folder / "session.json"));
}

TEST(RunFolder, AnnouncedOutputsThatAreImpossibleAreRefused) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "film.mp4") << "film";
  const RunFolder run(folder.path(), kNames, std::vector<fs::path>{folder / "film.mp4"});
  EXPECT_NO_THROW(run.announce(folder / "track.json"));
  for (const char* name : {"film.mp4", "frames.csv", "absent/track.json", "", "new/"}) {
    EXPECT_THROW(run.announce(folder / name), InputError) << name;
  }
}

TEST(RunFolder, HashesWhatIsStagedExceptTheRecord) {
  const testing::TemporaryFolder folder;
  const RunFolder run(folder.path(), kNames);
  write_run(run, "abc");
  const auto hashes = run.hashes();
  ASSERT_EQ(hashes.size(), 1u);
  EXPECT_EQ(hashes.at("frames.csv"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace eyelid::files
