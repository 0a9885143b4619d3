// SPDX-License-Identifier: MIT
#include "eyelid/live/scribe.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

#include "eyelid/tables/time_stamps.hpp"
#include "temporary_folder.hpp"
#include "text_of_file.hpp"

namespace eyelid::live {
namespace {

using eyelid::testing::TemporaryFolder;
using eyelid::testing::text_of_file;

MeasuredFrame frame_of(std::int64_t number, std::int64_t index) {
  MeasuredFrame frame;
  frame.number = number;
  frame.measurement.frame = index;
  frame.time_ns = 2'000'123 * number;
  frame.arrival_ns = 9'000'000'000 + 2'000'000 * number;
  frame.fec_at_ns = frame.arrival_ns + 500'000;
  frame.fec.eyes = {0.25f, kNotAvailable};
  frame.fec.mean = 0.25f;
  return frame;
}

TEST(Scribe, WritesARowPerNumberInOrder) {
  const TemporaryFolder folder;
  std::vector<std::int64_t> measured;
  std::vector<std::string> notices;
  {
    Scribe scribe(
        folder / "timestamps.csv",
        500.0,
        [&](const FrameMeasurement& m) { measured.push_back(m.frame); },
        [&](const std::string& sentence) { notices.push_back(sentence); });
    scribe.add(frame_of(0, 0));
    scribe.add_lost(1, false);
    scribe.add_lost(2, false);
    MeasuredFrame skipped = frame_of(3, 1);
    skipped.is_overrun = true;
    scribe.add(skipped);
    scribe.add_lost(4, true);
    scribe.add_incomplete(2);  // late
    scribe.finish();
    EXPECT_EQ(scribe.counts().frames, 2);
    EXPECT_EQ(scribe.counts().lost, 1);
    EXPECT_EQ(scribe.counts().incomplete, 1);
    EXPECT_EQ(scribe.counts().overrun, 2);
  }
  EXPECT_EQ(measured, (std::vector<std::int64_t>{0, 1}));
  EXPECT_TRUE(notices.empty());
  EXPECT_EQ(text_of_file(folder / "timestamps.csv"),
            "number,status,frame,time_s,arrival_s,fec_at_s,fec_right,fec_left,fec\n"
            "0,ok,0,0.000000000,0.000000,0.000500,0.25000,,0.25000\n"
            "1,lost,,,,,,,\n"
            "2,incomplete,,,,,,,\n"
            "3,overrun,1,0.006000369,0.006000,,,,\n"
            "4,overrun,,,,,,,\n");
  // `track --timestamps` has the frames of the recording, and their times to the bit.
  const auto stamps = tables::read_time_stamps(folder / "timestamps.csv");
  EXPECT_EQ(stamps.time_s, (std::vector<double>{0.0, tables::seconds_of(6'000'369)}));
}

TEST(Scribe, RowsAreOnTheDiskWhileTheSessionRuns) {
  const TemporaryFolder folder;
  Scribe scribe(
      folder / "timestamps.csv", 500.0, [](const auto&) {}, [](const auto&) {});
  for (std::int64_t i = 0; i < 1000; ++i) scribe.add(frame_of(i, i));
  std::string text;
  // All but the latest 151, which may still be followed by an incomplete one.
  for (int tries = 0; tries < 200 && text.find("\n848,ok") == std::string::npos; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    text = text_of_file(folder / "timestamps.csv");
  }
  EXPECT_NE(text.find("\n848,ok"), std::string::npos);
  scribe.finish();
}

TEST(Scribe, WhatTheMeasurementsMeetIsThrownAtTheEnd) {
  const TemporaryFolder folder;
  Scribe scribe(
      folder / "timestamps.csv",
      500.0,
      [](const auto&) { throw std::runtime_error("full"); },
      [](const auto&) {});
  scribe.add(frame_of(0, 0));
  EXPECT_THROW(scribe.finish(), std::runtime_error);
}

}  // namespace
}  // namespace eyelid::live
