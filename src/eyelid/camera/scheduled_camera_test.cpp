// SPDX-License-Identifier: MIT
#include "eyelid/camera/scheduled_camera.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "eyelid/camera/film_loop.hpp"
#include "eyelid/core/monotonic_clock.hpp"
#include "eyelid/video/video_testing.hpp"
#include "refusal.hpp"
#include "temporary_folder.hpp"

namespace eyelid::camera {
namespace {

using std::chrono::milliseconds;

// Pictures 0, 1, 2, ... whose every pixel is the number.
std::unique_ptr<PictureLoop> numbered_pictures(int count) {
  std::vector<GrayImage> pictures;
  for (int i = 0; i < count; ++i) {
    GrayImage image(32, 8);
    for (int y = 0; y < 8; ++y) std::fill_n(image.row(y), 32, static_cast<std::uint8_t>(i));
    pictures.push_back(std::move(image));
  }
  return std::make_unique<PicturesInMemory>(std::move(pictures));
}

ScheduledCamera camera_at(double rate, const CameraSettings& settings = {}) {
  CameraInfo info;
  info.address = "paced:test";
  info.frames_per_second = rate;
  return ScheduledCamera(info, numbered_pictures(50), settings);
}

TEST(ScheduledCamera, DeliversEveryFrameWhenItIsDue) {
  ScheduledCamera camera = camera_at(500.0);
  camera.start();
  const std::int64_t start = monotonic_ns();
  CameraFrame frame;
  std::int64_t first_ns = 0;
  for (std::uint64_t i = 0; i < 120; ++i) {
    ASSERT_EQ(camera.next(frame, milliseconds(1000)), Arrival::Frame);
    EXPECT_GE(monotonic_ns(), frame.arrival_ns);  // never early
    if (i == 0) first_ns = frame.exposure_ns;
    EXPECT_EQ(frame.number, i);
    EXPECT_EQ(frame.exposure_ns - first_ns, static_cast<std::int64_t>(i) * 2'000'000);
    EXPECT_EQ(frame.arrival_ns, frame.exposure_ns);
    EXPECT_EQ(frame.picture.row(7)[31], i % 50);
    camera.release();
  }
  EXPECT_GE(monotonic_ns() - start, 120 * 2'000'000 - 2'000'000);
  EXPECT_EQ(camera.info().clock, "schedule");
  EXPECT_FALSE(camera.has_ended());
}

TEST(ScheduledCamera, TimesOutWhileNothingIsDue) {
  ScheduledCamera camera = camera_at(2.0);
  camera.start();
  CameraFrame frame;
  const std::int64_t start = monotonic_ns();
  EXPECT_EQ(camera.next(frame, milliseconds(30)), Arrival::Timeout);
  EXPECT_GE(monotonic_ns() - start, 29'000'000);
  EXPECT_EQ(camera.next(frame, milliseconds(10'000)), Arrival::Frame);
  EXPECT_EQ(frame.number, 0u);
}

TEST(ScheduledCamera, AStalledReaderFindsTheFirst64FramesAndAGap) {
  ScheduledCamera camera = camera_at(2000.0);
  camera.start();
  std::this_thread::sleep_for(milliseconds(60));  // 120 periods
  CameraFrame frame;
  // All 64 buffers are full; each one given back takes a frame that is due from then on.
  for (std::uint64_t i = 0; i < 64; ++i) {
    ASSERT_EQ(camera.next(frame, milliseconds(1000)), Arrival::Frame);
    EXPECT_EQ(frame.number, i);
    camera.release();
  }
  ASSERT_EQ(camera.next(frame, milliseconds(1000)), Arrival::Frame);
  EXPECT_GE(frame.number, 119u);  // 64 .. 118 and more are lost
  EXPECT_EQ(frame.picture.row(0)[0], frame.number % 50);
  EXPECT_NE(camera.driver_statistics().find("lost for want of a buffer"), std::string::npos);
}

TEST(ScheduledCamera, AHeldFrameTakesABuffer) {
  ScheduledCamera camera = camera_at(2000.0);
  camera.start();
  CameraFrame frame;
  ASSERT_EQ(camera.next(frame, milliseconds(1000)), Arrival::Frame);
  const std::uint64_t held = frame.number;
  EXPECT_EQ(held, 0u);
  std::this_thread::sleep_for(milliseconds(60));
  EXPECT_EQ(frame.picture.row(0)[0], 0);
  camera.release();
  std::uint64_t last = 0;
  for (int i = 0; i < 63; ++i) {
    ASSERT_EQ(camera.next(frame, milliseconds(1000)), Arrival::Frame);
    last = frame.number;
    camera.release();
  }
  EXPECT_EQ(last, 63u);
}

TEST(ScheduledCamera, ShowsARegionAndWarnsOfWhatItLacks) {
  CameraSettings settings;
  settings.region = Region{30, 2, 10, 3};
  settings.exposure_us = 1500.0;
  settings.gain = 3.0;
  settings.packet_size = 8900;
  ScheduledCamera camera = camera_at(1000.0, settings);
  EXPECT_EQ(camera.info().width, 2);
  EXPECT_EQ(camera.info().height, 3);
  ASSERT_EQ(camera.info().warnings.size(), 4u);
  EXPECT_EQ(camera.info().warnings[0], "region: 30,2,10,3 asked, the camera set 30,2,2,3");
  EXPECT_EQ(camera.info().warnings[1], "exposure asked, but this camera has none to set");
  camera.start();
  CameraFrame frame;
  ASSERT_EQ(camera.next(frame, milliseconds(1000)), Arrival::Frame);
  EXPECT_EQ(frame.picture.width, 2);
  EXPECT_EQ(frame.picture.height, 3);

  settings.region = Region{32, 0, 1, 1};
  EXPECT_NE(testing::refusal_of([&] { camera_at(1000.0, settings); }).find("outside"),
            std::string::npos);
}

TEST(ScheduledCamera, OneRateIsPlayed) {
  EXPECT_EQ(rate_to_play("paced:a", {}, {}, 30.0), 30.0);
  EXPECT_EQ(rate_to_play("paced:a", {}, 60.0, 30.0), 60.0);
  EXPECT_EQ(rate_to_play("paced:a", 500.0, {}, 30.0), 500.0);
  EXPECT_EQ(rate_to_play("paced:a", 500.0, 500.0, 30.0), 500.0);
  EXPECT_NE(
      testing::refusal_of([] { rate_to_play("paced:a", 500.0, 60.0, 30.0); }).find("one rate"),
      std::string::npos);
}

// A film of 30 pictures, by FFmpeg.
struct TestFilm {
  testing::TemporaryFolder folder;
  video::TestVideo video;
  std::filesystem::path path = folder / "film.mkv";

  TestFilm() { EXPECT_TRUE(video::write_test_video(path, video)); }
  bool shows(const FrameView& view, std::uint64_t number) const {
    const GrayImage expected = test_picture(video, static_cast<int>(number % 30));
    for (int y = 0; y < view.height; ++y) {
      if (!std::equal(view.row(y), view.row(y) + view.width, expected.row(y))) return false;
    }
    return view.width == expected.width() && view.height == expected.height();
  }
};

TEST(FilmLoop, AShortFilmStaysInMemory) {
  const TestFilm film;
  const FilmLoop loop = open_film_loop(film.path);
  EXPECT_NE(dynamic_cast<PicturesInMemory*>(loop.pictures.get()), nullptr);
  EXPECT_DOUBLE_EQ(loop.frames_per_second, 50.0);
  for (const std::uint64_t number : {0u, 29u, 30u, 65u}) {
    EXPECT_TRUE(film.shows(loop.pictures->picture(number).view, number)) << number;
  }
}

TEST(FilmLoop, ALongFilmIsDecodedAheadAndRepeats) {
  const TestFilm film;
  const std::int64_t five_pictures = 5 * 128 * 64;  // rows of 96 pixels take 128 bytes
  const FilmLoop loop = open_film_loop(film.path, five_pictures);
  EXPECT_EQ(dynamic_cast<PicturesInMemory*>(loop.pictures.get()), nullptr);
  for (std::uint64_t number = 0; number < 100; ++number) {
    ASSERT_TRUE(film.shows(loop.pictures->picture(number).view, number)) << number;
  }
}

TEST(FilmLoop, PicturesPassedOverAreSkippedWhereTheyAreDecoded) {
  const TestFilm film;
  const FilmLoop loop = open_film_loop(film.path, 5 * 128 * 64);
  EXPECT_TRUE(film.shows(loop.pictures->picture(0).view, 0));
  EXPECT_TRUE(film.shows(loop.pictures->picture(3).view, 3));
}

TEST(FilmLoop, RefusesPicturesOfSeveralSizes) {
  testing::TemporaryFolder folder;
  for (const auto& [name, width] : {std::pair("a.pgm", 4), std::pair("b.pgm", 5)}) {
    const std::string head = "P5 " + std::to_string(width) + " 2 255\n";
    std::vector<std::uint8_t> bytes(head.begin(), head.end());
    bytes.resize(bytes.size() + static_cast<std::size_t>(width) * 2, 9);
    video::write_bytes(folder / name, bytes);
  }
  const std::string sentence =
      testing::refusal_of([&] { open_camera("paced:" + folder.path().string(), {}); });
  EXPECT_NE(sentence.find("5x2 pixels, expected 4x2"), std::string::npos) << sentence;
}

TEST(PacedCamera, PlaysAFilmAtItsRateOrAnother) {
  const TestFilm film;
  EXPECT_DOUBLE_EQ(open_camera("paced:" + film.path.string(), {})->info().frames_per_second, 50.0);
  const auto camera = open_camera("paced:" + film.path.string() + "@1000", {});
  EXPECT_EQ(camera->info().address, "paced:" + film.path.string() + "@1000");
  EXPECT_EQ(camera->info().width, 96);
  EXPECT_TRUE(camera->info().warnings.empty());
  camera->start();
  CameraFrame frame;
  for (std::uint64_t i = 0; i < 70; ++i) {  // past the end of the film
    ASSERT_EQ(camera->next(frame, milliseconds(1000)), Arrival::Frame);
    EXPECT_TRUE(film.shows(frame.picture, frame.number));
    camera->release();
  }
}

TEST(PacedCamera, PicturesWithoutRateAreShownAtAnAssumedOneWithAWarning) {
  testing::TemporaryFolder folder;
  const std::string picture = "P5 4 1 255\nabcd";
  video::write_bytes(folder / "a.pgm", {picture.begin(), picture.end()});
  const std::string address = "paced:" + folder.path().string();
  const auto assumed = open_camera(address, {});
  EXPECT_DOUBLE_EQ(assumed->info().frames_per_second, 25.0);
  ASSERT_EQ(assumed->info().warnings.size(), 1u);
  EXPECT_TRUE(open_camera(address + "@40", {})->info().warnings.empty());
}

TEST(SyntheticCamera, IsTheSamePersonForTheSameSeed) {
  const auto row_of_first = [](const char* address) {
    const auto camera = open_camera(address, {});
    EXPECT_EQ(camera->info().width, 640);
    camera->start();
    CameraFrame frame;
    EXPECT_EQ(camera->next(frame, milliseconds(2000)), Arrival::Frame);
    return std::vector<std::uint8_t>(frame.picture.row(200), frame.picture.row(200) + 640);
  };
  // One frame a second: 12 are rendered.
  const auto first = row_of_first("synthetic:4@1");
  EXPECT_EQ(first, row_of_first("synthetic:4@1"));
  EXPECT_NE(first, row_of_first("synthetic:5@1"));
}

}  // namespace
}  // namespace eyelid::camera
