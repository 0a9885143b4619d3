// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/recording_path.hpp"

#include <gtest/gtest.h>

#include "refusal.hpp"

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

}  // namespace
}  // namespace eyelid::pipeline
