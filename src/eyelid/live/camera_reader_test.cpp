// SPDX-License-Identifier: MIT
#include "eyelid/live/camera_reader.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/core/monotonic_clock.hpp"
#include "eyelid/live/scripted_camera_testing.hpp"

namespace eyelid::live {
namespace {

using testing::ScriptedCamera;
using Step = ScriptedCamera::Step;
constexpr std::int64_t kMs = 1'000'000;

/// Everything a reader tells, in order.
struct Told {
  std::vector<CapturedFramePtr> frames;
  std::vector<std::int64_t> lost, overrun, incomplete;
  std::vector<std::string> notices;

  ReaderEvents events() {
    return {[this](CapturedFramePtr frame) { frames.push_back(std::move(frame)); },
            [this](std::int64_t number, bool is_overrun) {
              (is_overrun ? overrun : lost).push_back(number);
            },
            [this](std::int64_t number) { incomplete.push_back(number); },
            [this](const std::string& sentence) { notices.push_back(sentence); }};
  }
  std::vector<std::int64_t> numbers() const {
    std::vector<std::int64_t> result;
    for (const auto& frame : frames) result.push_back(frame->number);
    return result;
  }
};

std::unique_ptr<camera::Camera> not_again() { throw InputError("not there"); }

ReaderEnd read(std::deque<Step> script, FramePool& pool, Told& told) {
  CameraReader reader(
      std::make_unique<ScriptedCamera>(std::move(script)), not_again, 500.0, pool, told.events());
  return reader.run();
}

using Numbers = std::vector<std::int64_t>;

TEST(CameraReader, EveryNumberIsAccountedFor) {
  FramePool pool(16, 32, 24);
  Told told;
  const ReaderEnd end = read({{.number = 100, .exposure_ns = 5 * kMs},
                              {.number = 101, .exposure_ns = 7 * kMs},
                              {.number = 104, .exposure_ns = 13 * kMs},
                              {.number = 105, .exposure_ns = 15 * kMs, .is_complete = false},
                              {.number = 106, .exposure_ns = 17 * kMs},
                              {.number = 102, .exposure_ns = 9 * kMs, .is_complete = false}},
                             pool,
                             told);
  EXPECT_EQ(end, ReaderEnd::CameraEnded);
  EXPECT_EQ(told.numbers(), (Numbers{0, 1, 4, 6}));
  EXPECT_EQ(told.lost, (Numbers{2, 3}));
  EXPECT_EQ(told.incomplete, (Numbers{5, 2}));
  for (std::size_t i = 0; i < told.frames.size(); ++i) {
    EXPECT_EQ(told.frames[i]->index, static_cast<std::int64_t>(i));
  }
  EXPECT_EQ(told.frames[2]->time_ns, 8 * kMs);
  EXPECT_EQ(told.frames[2]->image.row(23)[31], 7);
}

TEST(CameraReader, ASessionBeginsWithACompleteFrame) {
  FramePool pool(4, 32, 24);
  Told told;
  read({{.number = 1, .exposure_ns = 0, .is_complete = false},
        {.number = 2, .exposure_ns = 2 * kMs},
        {.number = 3, .exposure_ns = 4 * kMs}},
       pool,
       told);
  EXPECT_EQ(told.numbers(), (Numbers{0, 1}));
  EXPECT_EQ(told.frames.front()->time_ns, 0);
  EXPECT_TRUE(told.incomplete.empty());
}

TEST(CameraReader, FramesWithoutMemoryAreOverrun) {
  FramePool pool(2, 32, 24);
  Told told;  // keeps what it gets
  read({{.number = 0, .exposure_ns = 0},
        {.number = 1, .exposure_ns = 2 * kMs},
        {.number = 2, .exposure_ns = 4 * kMs}},
       pool,
       told);
  EXPECT_EQ(told.numbers(), (Numbers{0, 1}));
  EXPECT_EQ(told.overrun, (Numbers{2}));
}

TEST(CameraReader, SkippedExposuresAreFoundByTheClock) {
  FramePool pool(128, 32, 24);
  Told told;
  std::deque<Step> script;
  for (std::uint64_t i = 0; i < 60; ++i) {
    // Numbers go on; after 40 frames, two exposures are skipped. The rate is half of what it says.
    const auto place = static_cast<std::int64_t>(i < 40 ? i : i + 2);
    script.push_back({.number = i, .exposure_ns = 4 * kMs * place});
  }
  read(script, pool, told);
  EXPECT_EQ(told.lost, (Numbers{40, 41}));
  EXPECT_EQ(told.frames.back()->number, 61);
  EXPECT_EQ(told.frames.back()->index, 59);
}

TEST(CameraReader, AnIncompleteFrameIsNoSkippedExposure) {
  FramePool pool(128, 32, 24);
  Told told;
  std::deque<Step> script;
  for (std::uint64_t i = 0; i < 100; ++i) {
    script.push_back({.number = i,
                      .exposure_ns = 2 * kMs * static_cast<std::int64_t>(i),
                      .is_complete = i % 40 != 39});
  }
  read(script, pool, told);
  EXPECT_TRUE(told.lost.empty());
  EXPECT_EQ(told.incomplete, (Numbers{39, 79}));
  EXPECT_EQ(told.frames.back()->number, 99);
}

TEST(CameraReader, AClockThatStandsStillGivesNoSecondFrame) {
  FramePool pool(4, 32, 24);
  Told told;
  read({{.number = 0, .exposure_ns = 0},
        {.number = 1, .exposure_ns = 2 * kMs},
        {.number = 2, .exposure_ns = 2 * kMs},
        {.number = 3, .exposure_ns = 6 * kMs}},
       pool,
       told);
  EXPECT_EQ(told.numbers(), (Numbers{0, 1, 3}));
  EXPECT_EQ(told.lost, (Numbers{2}));
}

TEST(CameraReader, AnUnpluggedCameraIsToldAtOnceAndOpenedAgain) {
  FramePool pool(8, 32, 24);
  Told told;
  int openings = 0;
  CameraReader reader(
      std::make_unique<ScriptedCamera>(std::deque<Step>{{.number = 10, .exposure_ns = 100 * kMs},
                                                        {.number = 11, .exposure_ns = 102 * kMs}},
                                       false),
      [&]() -> std::unique_ptr<camera::Camera> {
        if (++openings == 1) throw InputError("not there yet");
        // Its clock and its numbers begin anew.
        return std::make_unique<ScriptedCamera>(std::deque<Step>{
            {.number = 0, .exposure_ns = 0}, {.number = 1, .exposure_ns = 2 * kMs}});
      },
      500.0,
      pool,
      told.events());
  const std::int64_t begin_ns = monotonic_ns();
  EXPECT_EQ(reader.run(), ReaderEnd::CameraEnded);
  EXPECT_EQ(openings, 2);
  ASSERT_EQ(told.frames.size(), 4u);
  ASSERT_EQ(told.notices.size(), 2u);
  EXPECT_NE(told.notices[0].find("no frame for 0."), std::string::npos) << told.notices[0];
  // The time between is that of this machine, and the frames it would have held are lost.
  const std::int64_t gap_ns = told.frames[2]->time_ns - told.frames[1]->time_ns;
  EXPECT_GT(gap_ns, 200 * kMs);
  EXPECT_LT(gap_ns, monotonic_ns() - begin_ns);
  const std::int64_t missing = told.frames[2]->number - told.frames[1]->number - 1;
  EXPECT_EQ(std::ssize(told.lost), missing);
  EXPECT_NEAR(static_cast<double>(missing), static_cast<double>(gap_ns) / (2.0 * kMs), 2.0);
  EXPECT_EQ(told.frames[3]->time_ns - told.frames[2]->time_ns, 2 * kMs);
}

}  // namespace
}  // namespace eyelid::live
