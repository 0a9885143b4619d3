// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "eyelid/imports/event_log.hpp"
#include "eyelid/imports/import_testing.hpp"

namespace eyelid::imports {
namespace {

// Makes a file with FFmpeg's own sources; false where the program is absent.
bool make(const std::string& arguments, const std::filesystem::path& path) {
  const std::string command = "ffmpeg -loglevel error -y " + arguments + " " + path.string();
  return std::system(command.c_str()) == 0;
}

// 4 s: the left channel pulses 100 ms at 0.5, 1.5, ...; the right one 300 ms later, upside down.
constexpr const char* kPulses =
    "-f lavfi -i "
    "\"aevalsrc=0.8*between(mod(t\\,1)\\,0.5\\,0.6)|-0.7*between(mod(t\\,1)\\,0.8\\,0.9)"
    ":s=48000:d=4\" ";

LogOptions channels() {
  LogOptions options;
  options.names.cs = {"audio1"};
  options.names.us = {"audio2"};
  return options;
}

void expect_four_trials(const Log& log, double tolerance_s) {
  const std::vector<TrialRow> trials = tables::trials_of_log(log.events);
  ASSERT_EQ(trials.size(), 4u);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(
        trials[i].trial.cs_onset_s.value_or(-1.0), 0.5 + static_cast<double>(i), tolerance_s);
    EXPECT_NEAR(
        trials[i].trial.us_onset_s.value_or(-1.0), 0.8 + static_cast<double>(i), tolerance_s);
  }
}

TEST(SoundLog, PulsesOfAFilmAreOnTheClockOfItsPictures) {
  const testing::TemporaryFolder folder;
  const std::string film = std::string(kPulses) + "-f lavfi -i testsrc=s=64x64:r=50:d=4 ";
  if (!make(film + "-c:v mpeg4 -c:a pcm_s16le", folder / "film.mkv")) GTEST_SKIP() << "no ffmpeg";
  const Log exact = read_log(folder / "film.mkv", channels());
  EXPECT_TRUE(exact.is_on_video_clock);
  expect_four_trials(exact, 0.001);
  // A film whose pictures begin 0.5 s after its sound.
  const std::string later =
      std::string(kPulses) +
      "-itsoffset 0.5 -f lavfi -i testsrc=s=64x64:r=50:d=3.5 -c:v mpeg4 -c:a ";
  ASSERT_TRUE(make(later + "pcm_s16le", folder / "later.mkv"));
  const Log moved = read_log(folder / "later.mkv", channels());
  EXPECT_NEAR(moved.events.front().time_s, 0.0, 0.001);
  // Lossy sound smears an edge over a few milliseconds.
  ASSERT_TRUE(make(film + "-c:v mpeg4 -c:a aac -b:a 128k", folder / "film.mp4"));
  expect_four_trials(read_log(folder / "film.mp4", channels()), 0.003);
}

TEST(SoundLog, TonesAreOneEventEach) {
  const testing::TemporaryFolder folder;
  const std::string tones =
      "-f lavfi -i \"aevalsrc=0.5*sin(6283*t)*between(mod(t\\,1)\\,0.5\\,0.8):s=44100:d=4\" ";
  if (!make(tones, folder / "tones.wav")) GTEST_SKIP() << "no ffmpeg";
  const Log log = read_log(folder / "tones.wav", channels());
  ASSERT_EQ(log.events.size(), 4u);
  EXPECT_NEAR(log.events[2].time_s, 2.5, 0.001);
  EXPECT_FALSE(log.is_on_video_clock);
}

TEST(SoundLog, SaysWhatIsMissing) {
  const testing::TemporaryFolder folder;
  if (!make("-f lavfi -i testsrc=s=64x64:r=50:d=1 -c:v mpeg4", folder / "mute.mp4")) {
    GTEST_SKIP() << "no ffmpeg";
  }
  EXPECT_EQ(error_of([&] { read_log(folder / "mute.mp4", channels()); }),
            "mute.mp4: has no sound that can be decoded, expected TTL pulses as sound");
  const FileOf noise("noise.bin", std::string(300, '\0'));
  EXPECT_EQ(error_of([&] { read_log(noise.path(), channels()); }),
            "noise.bin: is no film, expected an event log, or a film with sound");
  ASSERT_TRUE(make(kPulses, folder / "pulses.wav"));
  EXPECT_EQ(
      error_of([&] { read_log(folder / "pulses.wav", {}); }),
      "pulses.wav: sound, 2 channels at 48000 Hz, found the events \"audio1\" (4), \"audio2\" "
      "(4); expected the events of the trials (name them: --cs NAME, --us NAME)");
}

}  // namespace
}  // namespace eyelid::imports
