// SPDX-License-Identifier: MIT
#include "eyelid/live/live_session.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/films/video_writer.hpp"
#include "eyelid/pipeline/track_session.hpp"
#include "eyelid/synthesis/session_renderer.hpp"
#include "eyelid/tables/session_json.hpp"
#include "temporary_folder.hpp"
#include "text_of_file.hpp"

namespace eyelid::live {
namespace {

namespace fs = std::filesystem;
using eyelid::testing::TemporaryFolder;
using eyelid::testing::text_of_file;

constexpr int kFrames = 120;
constexpr double kRate = 60.0;

class LiveSessionTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    film_folder_ = new TemporaryFolder();
    synthesis::SessionOptions session;
    session.seconds = 3.0;
    session.frames_per_second = kRate;
    session.trials = 1;
    const synthesis::SessionRenderer renderer(session);
    films::VideoWriter writer(film(),
                              {.kind = films::VideoKind::kFastLosslessGray,
                               .width = 640,
                               .height = 480,
                               .frames_per_second = kRate});
    GrayImage image;
    for (std::int64_t i = 0; i < kFrames; ++i) {
      renderer.render(i, image);
      writer.write(image);
    }
    writer.finish();
  }
  static void TearDownTestSuite() {
    delete film_folder_;
    film_folder_ = nullptr;
  }
  static fs::path film() { return *film_folder_ / "film.mkv"; }

  LiveRequest request() const {
    LiveRequest request;
    request.camera = "paced:" + film().string();
    request.folder = folder_ / "session";
    request.seconds = 1.5;
    return request;
  }
  LiveCallbacks callbacks() {
    return {[this](const LiveStatus& status) { statuses_.push_back(status); },
            [this](const std::string& sentence) { notices_.push_back(sentence); },
            [](std::int64_t, std::int64_t) {},
            [this] { return shall_end_; }};
  }

  TemporaryFolder folder_;
  std::vector<LiveStatus> statuses_;
  std::vector<std::string> notices_;
  bool shall_end_ = false;
  inline static TemporaryFolder* film_folder_ = nullptr;
};

TEST_F(LiveSessionTest, LeavesWhatTrackLeavesOfItsRecording) {
  LiveResult live = run_live_session(request(), callbacks());
  live.run->commit();
  const fs::path session = folder_ / "session";
  for (const char* name : {"frames.csv",
                           "blinks.csv",
                           "timestamps.csv",
                           "recording.mkv",
                           "report.html",
                           "session.json"}) {
    EXPECT_TRUE(fs::exists(session / name)) << name;
  }
  EXPECT_FALSE(fs::exists(session / "recording.unfinished.mkv"));
  const SessionSummary summary = tables::read_session_json(session / "session.json");
  ASSERT_TRUE(summary.live.has_value());
  EXPECT_GT(summary.live->frames, 40);
  EXPECT_EQ(summary.live->recorded, summary.live->frames);
  EXPECT_EQ(summary.live->ended, "after the time asked for");
  EXPECT_EQ(summary.live->latency.count, summary.live->frames - summary.live->overrun);
  EXPECT_FALSE(statuses_.empty());

  pipeline::TrackRequest again;
  again.inputs = {session / "recording.mkv"};
  again.folder = folder_ / "tracked";
  again.timestamps_file = session / "timestamps.csv";
  again.write_report = false;
  pipeline::track_session(again, [](auto, auto, auto) {}).run->commit();
  EXPECT_EQ(text_of_file(folder_ / "tracked" / "frames.csv"), text_of_file(session / "frames.csv"));
  EXPECT_EQ(text_of_file(folder_ / "tracked" / "blinks.csv"), text_of_file(session / "blinks.csv"));
}

TEST_F(LiveSessionTest, TheUserEndsItAndAllIsThere) {
  shall_end_ = true;
  LiveRequest how = request();
  how.seconds.reset();
  how.recording = RecordingFormat::None;
  LiveCallbacks told = callbacks();
  int asked = 0;
  told.shall_end = [&] { return ++asked > 10; };
  LiveResult live = run_live_session(how, told);
  live.run->commit();
  EXPECT_EQ(live.summary.live->ended, "stopped by the user");
  EXPECT_FALSE(fs::exists(folder_ / "session" / "recording.mkv"));
  EXPECT_TRUE(fs::exists(folder_ / "session" / "report.html"));
}

TEST_F(LiveSessionTest, TheAddressOfTheDashboardStaysOutOfTheFiles) {
  LiveRequest how = request();
  how.seconds = 0.5;
  how.dashboard.emplace();
  LiveResult live = run_live_session(how, callbacks());
  live.run->commit();
  const auto tells = [](const std::string& text) {
    return text.find("token=") != std::string::npos;
  };
  EXPECT_EQ(std::ranges::count_if(notices_, tells), 1);
  for (const char* name : {"session.json", "report.html"}) {
    EXPECT_FALSE(tells(text_of_file(folder_ / "session" / name))) << name;
  }
}

TEST_F(LiveSessionTest, NeverWritesOverASession) {
  fs::create_directories(folder_ / "session");
  std::ofstream(folder_ / "session" / "recording.unfinished.mkv") << "what a killed session left";
  try {
    run_live_session(request(), callbacks());
    FAIL() << "it ran";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("is of an earlier session"), std::string::npos);
  }
  EXPECT_EQ(text_of_file(folder_ / "session" / "recording.unfinished.mkv"),
            "what a killed session left");
}

}  // namespace
}  // namespace eyelid::live
