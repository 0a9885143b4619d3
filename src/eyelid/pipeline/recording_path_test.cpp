// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/recording_path.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "eyelid/pipeline/recording_identity.hpp"
#include "eyelid/tables/session_json.hpp"
#include "refusal.hpp"
#include "temporary_folder.hpp"

namespace eyelid::pipeline {
namespace {

TEST(RecordingPath, ASessionWithoutSessionJsonNamesNoRecording) {
  ScoredSession session;
  session.request.folder = "somewhere";
  const std::string sentence =
      "somewhere/session.json: is missing; expected it to name the recording";
  EXPECT_EQ(testing::refusal_of([&] { recording_of(session); }), sentence);
  EXPECT_EQ(testing::refusal_of([&] { open_recording(session); }), sentence);
  EXPECT_THROW(open_recording(session), RecordingNotFound);
}

// The place where it was tracked, by its relative and by its typed path, is one place.
TEST(RecordingPath, AnotherRecordingIsNamedOnce) {
  const testing::TemporaryFolder folder;
  const std::filesystem::path film = folder / "film.avi";
  std::ofstream(film) << "another film";
  ScoredSession session;
  session.request.folder = folder.path();
  session.summary.emplace();
  session.summary->source.path = film.string();
  session.summary->run.recording.paths = {"film.avi"};
  session.summary->run.recording.size = 7;
  session.summary->run.recording.sha256_ends = std::string("0");
  const std::string sentence = testing::refusal_of([&] { recording_of(session); });
  const std::size_t first = sentence.find("another recording than the one tracked");
  EXPECT_NE(first, std::string::npos) << sentence;
  EXPECT_EQ(sentence.find("another recording", first + 1), std::string::npos) << sentence;
}

TEST(RecordingPath, EveryFileOfARecordingIsProtected) {
  const testing::TemporaryFolder folder;
  EXPECT_TRUE(files_where_recording_may_be(folder.path()).empty());
  std::filesystem::create_directories(folder / "out");
  std::filesystem::create_directories(folder / "pictures");
  for (const char* name : {"a.png", "b.png"}) std::ofstream(folder / "pictures" / name) << name;
  SessionSummary summary;
  summary.source.path = std::string("pictures");
  summary.run.id = std::string("r");
  summary.run.recording.paths = {"../pictures", "../film.avi"};
  tables::write_session_json(folder / "out/session.json", summary);
  const std::vector<std::filesystem::path> files = files_where_recording_may_be(folder / "out");
  for (const char* name : {"out/../pictures/a.png", "out/../pictures/b.png", "out/../film.avi"}) {
    EXPECT_GT(std::ranges::count(files, folder / name), 0) << name;
  }
}

}  // namespace
}  // namespace eyelid::pipeline
