// SPDX-License-Identifier: MIT
#include "eyelid/video/video_decoder.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/video/container_length.hpp"
#include "eyelid/video/ffv1_checksums.hpp"
#include "eyelid/video/video_testing.hpp"
#include "temporary_folder.hpp"

namespace eyelid::video {
namespace {

int max_difference(const FrameView& a, const FrameView& b) {
  int largest = 0;
  for (int y = 0; y < a.height; ++y) {
    for (int x = 0; x < a.width; ++x) {
      largest = std::max(largest, std::abs(a.row(y)[x] - b.row(y)[x]));
    }
  }
  return largest;
}

struct Shown {
  double time_s;
  bool is_suspect;
  GrayImage image;
};
struct Recording {
  std::vector<Shown> frames;
  SourceInfo info;
  SourceReport report;
};

Recording read_all(const std::filesystem::path& path, const SourceOptions& options = {}) {
  const auto source = open_source({path}, options);
  Recording recording;
  for (Frame frame; source->next(frame);) {
    EXPECT_TRUE(recording.frames.empty() || frame.time_s > recording.frames.back().time_s);
    recording.frames.push_back({frame.time_s, frame.is_suspect, frame.image.copy()});
  }
  recording.info = source->info();
  recording.report = source->report();
  return recording;
}

/// Bytes of the nth packet of a file, by the position FFmpeg says it has.
std::pair<std::int64_t, int> packet_at(const std::filesystem::path& path, int number) {
  AVFormatContext* context = nullptr;
  EXPECT_EQ(avformat_open_input(&context, path.c_str(), nullptr, nullptr), 0);
  const FormatPtr format(context);
  const PacketPtr packet(av_packet_alloc());
  for (int i = 0; i <= number; ++i) {
    av_packet_unref(packet.get());
    EXPECT_EQ(av_read_frame(context, packet.get()), 0);
  }
  return {packet->pos, packet->size};
}

/// Makes a hole of random bytes in the middle of packet `number`.
void damage_packet(const std::filesystem::path& path, int number) {
  const auto [begin, size] = packet_at(path, number);
  std::vector<std::uint8_t> bytes = bytes_of(path);
  std::mt19937 random(5);
  for (int i = size / 3; i < size / 3 + std::min(size / 2, 60); ++i) {
    bytes.at(static_cast<std::size_t>(begin + i)) = static_cast<std::uint8_t>(random());
  }
  write_bytes(path, bytes);
}

TEST(VideoDecoder, LosslessVideosComeBackExactlyFromEveryContainer) {
  const testing::TemporaryFolder folder;
  const struct {
    const char* name;
    const char* encoder;
    int pixel_format;
  } cases[] = {{"a.mkv", "ffv1", AV_PIX_FMT_GRAY8},
               {"a.avi", "ffv1", AV_PIX_FMT_GRAY8},
               {"a.nut", "ffv1", AV_PIX_FMT_YUV420P},
               {"b.avi", "rawvideo", AV_PIX_FMT_YUV420P},
               {"b.mov", "png", AV_PIX_FMT_GRAY8},
               {"b.mkv", "huffyuv", AV_PIX_FMT_YUV422P}};
  for (const auto& c : cases) {
    TestVideo video{.encoder = c.encoder, .pixel_format = c.pixel_format};
    if (!write_test_video(folder / c.name, video)) continue;
    const Recording recording = read_all(folder / c.name);
    ASSERT_EQ(recording.frames.size(), 30u) << c.name;
    for (int i = 0; i < 30; ++i) {
      const Shown& shown = recording.frames[static_cast<std::size_t>(i)];
      EXPECT_EQ(max_difference(shown.image, test_picture(video, i)), 0) << c.name << i;
      EXPECT_NEAR(shown.time_s, i / 50.0, 1e-9) << c.name;
    }
    EXPECT_NEAR(recording.info.frames_per_second, 50.0, 1e-9) << c.name;
    EXPECT_EQ(recording.report.damaged_frames, 0) << c.name;
    EXPECT_FALSE(recording.report.was_truncated) << c.name;
  }
}

TEST(VideoDecoder, LossyVideosOfUsualKinds) {
  const testing::TemporaryFolder folder;
  const std::pair<const char*, const char*> cases[] = {{"a.mp4", "libx264"},
                                                       {"a.avi", "mpeg4"},
                                                       {"a.ts", "mpeg2video"},
                                                       {"b.avi", "mjpeg"},
                                                       {"a.webm", "libvpx"},
                                                       {"a.flv", "flv"},
                                                       {"a.mjpeg", "mjpeg"}};
  for (const auto& [name, encoder] : cases) {
    const int format = std::string(encoder) == "mjpeg" ? AV_PIX_FMT_YUVJ420P : AV_PIX_FMT_YUV420P;
    const TestVideo video{.encoder = encoder, .pixel_format = format};
    if (!write_test_video(folder / name, video)) continue;
    const Recording recording = read_all(folder / name);
    ASSERT_EQ(recording.frames.size(), 30u) << name;
    EXPECT_LE(max_difference(recording.frames[29].image, test_picture(video, 29)), 70) << name;
    EXPECT_EQ(recording.report.damaged_frames, 0) << name;
  }
}

TEST(VideoDecoder, TurnsPhoneVideosUpright) {
  const testing::TemporaryFolder folder;
  TestVideo video{.encoder = "mpeg4", .pixel_format = AV_PIX_FMT_YUV420P, .frames = 3};
  ASSERT_TRUE(write_test_video(folder / "as_is.mp4", video));
  const GrayImage stored = read_all(folder / "as_is.mp4").frames[0].image.copy();
  for (const int turn : {90, 180, 270}) {
    video.clockwise_turn = turn;
    ASSERT_TRUE(write_test_video(folder / "turned.mp4", video));
    const Recording recording = read_all(folder / "turned.mp4");
    const FrameView upright = recording.frames.at(0).image;
    EXPECT_EQ(recording.info.width, turn == 180 ? 96 : 64);
    const int w = stored.width(), h = stored.height();
    for (int y = 0; y < h; ++y) {
      for (int x = 0; x < w; ++x) {
        const int to_x = turn == 90 ? h - 1 - y : turn == 180 ? w - 1 - x : y;
        const int to_y = turn == 90 ? x : turn == 180 ? h - 1 - y : w - 1 - x;
        ASSERT_EQ(upright.row(to_y)[to_x], stored.row(y)[x]) << turn;
      }
    }
  }
}

TEST(VideoDecoder, RateOfTheUserScalesTimeAndKeepsGaps) {
  const testing::TemporaryFolder folder;
  const TestVideo video{.frames = 6, .frames_per_second = 25, .stamps = {4, 5, 6, 9, 10, 11}};
  ASSERT_TRUE(write_test_video(folder / "a.mkv", video));
  const Recording recording = read_all(folder / "a.mkv", {.frames_per_second = 500.0});
  ASSERT_EQ(recording.frames.size(), 6u);
  EXPECT_NEAR(recording.frames[1].time_s, 0.002, 1e-9);
  EXPECT_NEAR(recording.frames[3].time_s, 0.010, 1e-9);
  EXPECT_EQ(recording.report.timestamp_gaps, 1);
  EXPECT_EQ(recording.report.missing_frames, 2);
  EXPECT_NEAR(recording.report.first_stamp_s, 0.16, 1e-9);
}

// Ticks of 100 ns that were taken for microseconds: a tenth of the rate.
TEST(VideoDecoder, StampsOfAnotherRateThanTheContainersAreSaid) {
  const testing::TemporaryFolder folder;
  ASSERT_TRUE(write_test_video(folder / "a.mkv", {.frames = 6, .frames_per_second = 60}));
  const auto warnings_at = [&](double rate) {
    FrameStamps stamps{{}, "stamps.csv, column 1 (us)"};
    for (int i = 0; i < 6; ++i) stamps.time_s.push_back(i / rate);
    return read_all(folder / "a.mkv", {.stamps = stamps}).report.warnings;
  };
  for (const double rate : {6.0, 600.0}) {
    const std::vector<std::string> warnings = warnings_at(rate);
    ASSERT_EQ(warnings.size(), 1u) << rate;
    EXPECT_EQ(warnings[0].find(fmt::format("stamps.csv, column 1 (us): {:.0f} frames/s, but the "
                                           "file says 60: ",
                                           rate)),
              0u)
        << warnings[0];
  }
  for (const double rate : {59.94, 45.0, 80.0}) EXPECT_TRUE(warnings_at(rate).empty()) << rate;
}

TEST(VideoDecoder, WrongChecksumsOfFfv1AreNoticed) {
  const testing::TemporaryFolder folder;
  const TestVideo video{.key_frame_every = 1};
  ASSERT_TRUE(write_test_video(folder / "a.mkv", video));
  damage_packet(folder / "a.mkv", 7);
  for (const int threads : {1, 3}) {
    const Recording recording = read_all(folder / "a.mkv", {.decoder_threads = threads});
    EXPECT_EQ(recording.report.damaged_frames, 1);
    EXPECT_EQ(recording.report.suspect_frames, 0);
    EXPECT_EQ(recording.report.timestamp_gaps, 1);
    ASSERT_EQ(recording.frames.size(), 29u);
    ASSERT_EQ(recording.report.warnings.size(), 2u);
    EXPECT_NE(recording.report.warnings[0].find("frame 6"), std::string::npos);
    for (const Shown& shown : recording.frames) {
      const int index = static_cast<int>(std::lround(shown.time_s * 50));
      EXPECT_EQ(max_difference(shown.image, test_picture(video, index)), 0) << index;
    }
  }
}

/// Good frames must be right; what damage may have touched must be skipped or marked; and all of it
/// must be the same for any number of threads.
TEST(VideoDecoder, DamageIsSkippedOrMarkedAlikeForAnyThreads) {
  const testing::TemporaryFolder folder;
  for (const char* encoder : {"libx264", "mpeg4", "mpeg2video"}) {
    const TestVideo video{
        .encoder = encoder, .pixel_format = AV_PIX_FMT_YUV420P, .width = 192, .height = 128};
    const auto path = folder / "a.mkv";
    if (!write_test_video(path, video)) continue;
    const Recording whole = read_all(path);
    damage_packet(path, 12);
    std::optional<Recording> first;
    for (const int threads : {1, 2, 4}) {
      Recording recording = read_all(path, {.decoder_threads = threads});
      EXPECT_GE(recording.report.damaged_frames, 1) << encoder;
      EXPECT_GE(recording.frames.size(), 27u) << encoder;
      EXPECT_FALSE(recording.report.warnings.empty());
      for (const Shown& shown : recording.frames) {
        const auto index = static_cast<std::size_t>(std::lround(shown.time_s * 50));
        if (shown.is_suspect) continue;
        EXPECT_EQ(max_difference(shown.image, whole.frames.at(index).image), 0)
            << encoder << " frame " << index << ", threads " << threads;
      }
      EXPECT_FALSE(recording.frames.back().is_suspect) << "a key frame ends the suspicion";
      if (!first) {
        first = std::move(recording);
        continue;
      }
      EXPECT_EQ(recording.report.warnings, first->report.warnings) << encoder;
      ASSERT_EQ(recording.frames.size(), first->frames.size()) << encoder;
      for (std::size_t i = 0; i < recording.frames.size(); ++i) {
        EXPECT_EQ(max_difference(recording.frames[i].image, first->frames[i].image), 0);
        EXPECT_EQ(recording.frames[i].is_suspect, first->frames[i].is_suspect);
      }
    }
  }
}

struct SmallFile {
  std::string name;
  std::vector<std::uint8_t> bytes;
  std::size_t frames;
};

std::vector<SmallFile> small_files(const testing::TemporaryFolder& folder) {
  std::vector<SmallFile> files;
  const std::pair<const char*, const char*> kinds[] = {
      {"a.mp4", "mpeg4"}, {"b.mp4", "libx264"}, {"a.mkv", "ffv1"}, {"a.avi", "mpeg4"}};
  for (const auto& [name, encoder] : kinds) {
    const int format = std::string(encoder) == "ffv1" ? AV_PIX_FMT_GRAY8 : AV_PIX_FMT_YUV420P;
    const TestVideo video{.encoder = encoder, .pixel_format = format, .width = 64, .height = 48};
    if (!write_test_video(folder / name, video)) continue;
    files.push_back({name, bytes_of(folder / name), 30});
  }
  return files;
}

/// Frames of possibly broken bytes, nothing when they are refused with one sentence.
std::optional<Recording> try_bytes(const std::filesystem::path& path,
                                   const std::vector<std::uint8_t>& bytes) {
  write_bytes(path, bytes);
  try {
    return read_all(path);
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find(path.string() + ": "), std::string::npos);
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
    return std::nullopt;
  }
}

TEST(VideoDecoder, TwoHundredCutsOfEveryContainer) {
  const testing::TemporaryFolder folder;
  std::mt19937 random(11);
  for (const SmallFile& file : small_files(folder)) {
    std::size_t delivered = 0;
    for (int i = 0; i < 200; ++i) {
      const std::size_t size = random() % file.bytes.size();
      const std::vector<std::uint8_t> cut(file.bytes.begin(),
                                          file.bytes.begin() + static_cast<std::ptrdiff_t>(size));
      const auto recording = try_bytes(folder / ("cut_" + file.name), cut);
      if (!recording) continue;
      ++delivered;
      EXPECT_LE(recording->frames.size(), file.frames);
      EXPECT_TRUE(recording->report.was_truncated) << file.name << " cut at " << size;
    }
    // MP4 keeps its table at the end: without it nothing can be read.
    EXPECT_GT(delivered, file.name.ends_with(".mp4") ? 0u : 100u) << file.name;
  }
}

TEST(VideoDecoder, TwoHundredDamagedCopiesOfEveryContainer) {
  const testing::TemporaryFolder folder;
  std::mt19937 random(13);
  for (const SmallFile& file : small_files(folder)) {
    for (int i = 0; i < 200; ++i) {
      std::vector<std::uint8_t> bytes = file.bytes;
      for (int flip = 0; flip < 1 + i / 20; ++flip) {
        bytes[random() % bytes.size()] ^= static_cast<std::uint8_t>(1u << random() % 8);
      }
      const auto recording = try_bytes(folder / ("flip_" + file.name), bytes);
      EXPECT_TRUE(!recording || recording->report.warnings.size() <= 20u);
    }
  }
}

TEST(VideoDecoder, ReadsFromMemory) {
  const testing::TemporaryFolder folder;
  ASSERT_TRUE(write_test_video(folder / "a.mkv", {}));
  const std::vector<std::uint8_t> bytes = bytes_of(folder / "a.mkv");
  VideoDecoder decoder(bytes, "memory", {});
  Frame frame;
  int count = 0;
  while (decoder.decode(frame)) ++count;
  EXPECT_EQ(count, 30);
}

TEST(VideoDecoder, GoingAwayWhileDecodingIsPrompt) {
  const testing::TemporaryFolder folder;
  ASSERT_TRUE(write_test_video(folder / "a.mkv", {.width = 320, .height = 240, .frames = 100}));
  for (int taken = 0; taken < 20; ++taken) {
    const auto source = open_source({folder / "a.mkv"}, {.read_ahead = 1 + taken % 4});
    Frame frame;
    for (int i = 0; i < taken; ++i) ASSERT_TRUE(source->next(frame));
  }
}

TEST(VideoDecoder, SoundAloneIsNamed) {
  const testing::TemporaryFolder folder;
  const std::string head(
      "RIFF\x84\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0"
      "data\x60\0\0\0",
      44);
  std::vector<std::uint8_t> bytes(head.begin(), head.end());
  bytes.resize(44 + 96);
  write_bytes(folder / "sound.wav", bytes);
  try {
    open_source({folder / "sound.wav"});
    ADD_FAILURE();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("only audio"), std::string::npos) << error.what();
  }
}

TEST(ContainerLength, KnowsWholeFilesAndNoOthers) {
  const testing::TemporaryFolder folder;
  for (const SmallFile& file : small_files(folder)) {
    const auto size = std::ssize(file.bytes);
    const ReadAt read_at = [&](std::int64_t offset, std::span<std::uint8_t> target) {
      const auto count = std::clamp<std::int64_t>(size - offset, 0, std::ssize(target));
      std::copy_n(file.bytes.begin() + std::min<std::int64_t>(offset, size), count, target.begin());
      return static_cast<std::size_t>(count);
    };
    EXPECT_EQ(stated_length(read_at, size), size) << file.name;
  }
  const ReadAt zeros = [](std::int64_t, std::span<std::uint8_t> target) { return target.size(); };
  EXPECT_FALSE(stated_length(zeros, 1000).has_value());
}

TEST(Ffv1Checksums, MalformedPacketsAreWrong) {
  EXPECT_FALSE(has_right_ffv1_checksums({}));
  for (std::size_t size = 1; size < 20; ++size) {
    EXPECT_FALSE(has_right_ffv1_checksums(std::vector<std::uint8_t>(size, 0xff)));
  }
}

}  // namespace
}  // namespace eyelid::video
