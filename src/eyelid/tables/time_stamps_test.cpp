// SPDX-License-Identifier: MIT
#include "eyelid/tables/time_stamps.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "eyelid/core/error.hpp"
#include "temporary_folder.hpp"

namespace eyelid::tables {
namespace {

TimeStamps read_text(const std::string& text) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "stamps.csv", std::ios::binary) << text;
  return read_time_stamps(folder / "stamps.csv");
}

std::string error_of_text(const std::string& text) {
  try {
    read_text(text);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

void expect_steps(const TimeStamps& stamps, double step_s, std::size_t count) {
  ASSERT_EQ(stamps.time_s.size(), count) << stamps.source;
  for (std::size_t i = 0; i < count; ++i) {
    EXPECT_NEAR(stamps.time_s[i], static_cast<double>(i) * step_s, 1e-9) << stamps.source;
  }
}

TEST(TimeStamps, WhatBonsaiAndCamerasWrite) {
  // A frame counter beside ISO 8601 with seven decimals and a zone.
  const TimeStamps bonsai = read_text(
      "FrameID,Timestamp\n0,2026-07-14T10:15:30.9900000+02:00\n"
      "1,2026-07-14T10:15:31.0000000+02:00\n2,2026-07-14T10:15:31.0100000+02:00\n");
  expect_steps(bonsai, 0.01, 3);
  EXPECT_NE(bonsai.source.find("Timestamp"), std::string::npos);
  // Nanoseconds since 1970, without a header.
  expect_steps(
      read_text("1784024130000000000\n1784024130002000000\n1784024130004000000\n"), 0.002, 3);
  // Ticks of a camera in nanoseconds, counted from when it was switched on, behind a counter.
  expect_steps(read_text("17;8000000\n18;12000000\n19;16000000\n"), 0.004, 3);
  // Seconds with an exponent, as NumPy saves them.
  expect_steps(read_text("1.784024130000000000e+09\n1.784024130500000000e+09\n"), 0.5, 2);
  // Milliseconds by the header, though they count like frame numbers.
  expect_steps(read_text("time_ms\n5\n6\n7\n"), 0.001, 3);
  expect_steps(read_text("frame\ttime (s)\n0\t0,00\n1\t0,02\n2\t0,04\n"), 0.02, 3);
  expect_steps(read_text("# camera 1\n2026-07-14 10:15:30.00\n2026-07-14 10:15:30.25\n"), 0.25, 2);
}

TEST(TimeStamps, TicksOf100NsAreDates) {
  // 60 frames/s on 16 July 2026, as .NET and Windows count.
  const TimeStamps net =
      read_text("Timestamp\n639197577300000000\n639197577300166667\n639197577300333334\n");
  expect_steps(net, 0.0166667, 3);
  EXPECT_NE(net.source.find("(100 ns since year 1)"), std::string::npos) << net.source;
  const TimeStamps windows =
      read_text("134286345300000000\n134286345300166667\n134286345300333334\n");
  expect_steps(windows, 0.0166667, 3);
  EXPECT_NE(windows.source.find("(100 ns since 1601)"), std::string::npos) << windows.source;
  expect_steps(read_text("time_100ns\n5\n100005\n200005\n"), 0.01, 3);
}

TEST(TimeStamps, SecondsSince1970KeepTheirMicroseconds) {
  const TimeStamps stamps = read_text("1784024130.000001\n1784024130.002003\n1784024130.004001\n");
  EXPECT_NEAR(stamps.time_s[1], 0.002002, 1e-12);
}

TEST(TimeStamps, NoTimesAreOneSentence) {
  for (const char* text : {"", "frame\n0\n1\n2\n", "a,b\nx,y\nz,w\n", "5\n4\n3\n2\n", "7\n"}) {
    const std::string sentence = error_of_text(text);
    EXPECT_NE(sentence.find("stamps.csv: "), std::string::npos) << text;
    EXPECT_NE(sentence.find("expected"), std::string::npos) << sentence;
  }
  std::string late;
  for (int i = 0; i < 2000; ++i) late += std::to_string(10 * i) + "\n";
  EXPECT_NE(error_of_text(late + "none\n").find("stamps.csv:2001: found \"none\""),
            std::string::npos);
  EXPECT_THROW(read_time_stamps("/dev/zero"), InputError);
}

}  // namespace
}  // namespace eyelid::tables
