// SPDX-License-Identifier: MIT
// Against the stand-in of tests/camera/fake_v4l2.cpp, which is linked into this program.
#include <gtest/gtest.h>

#include <cstdlib>
#include <numeric>
#include <string>
#include <thread>

#include "eyelid/camera/camera.hpp"
#include "eyelid/core/monotonic_clock.hpp"
#include "refusal.hpp"

namespace eyelid::camera {
namespace {

using std::chrono::milliseconds;

constexpr const char* kAddress = "v4l2:/dev/video242";

void plug_in(const std::string& settings) {
  setenv("EYELID_FAKE_V4L2", ("/dev/video242 " + settings).c_str(), 1);
}

std::unique_ptr<Camera> open_at(std::optional<double> rate) {
  CameraSettings settings;
  settings.frames_per_second = rate;
  return open_camera(kAddress, settings);
}

// How far a picture is from what the stand-in paints into frame `number`, at most.
int error_of(const FrameView& picture, std::uint64_t number, int x0 = 0, int y0 = 0) {
  int largest = 0;
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      const auto n = static_cast<std::uint32_t>(number);
      const int expected =
          16 + static_cast<int>((n + static_cast<unsigned>(x + x0 + 2 * (y + y0))) % 200);
      largest = std::max(largest, std::abs(picture.row(y)[x] - expected));
    }
  }
  return largest;
}

struct Taken {
  std::vector<std::uint64_t> numbers;
  std::vector<std::uint64_t> incomplete;
  Arrival end = Arrival::Frame;
};

// Takes `count` frames, or until something else comes; complete ones must show their number.
Taken take(Camera& camera, int count) {
  Taken taken;
  CameraFrame frame;
  std::int64_t last_ns = 0;
  for (int i = 0; i < count; ++i) {
    taken.end = camera.next(frame, milliseconds(5000));
    if (taken.end != Arrival::Frame) break;
    taken.numbers.push_back(frame.number);
    EXPECT_GT(frame.exposure_ns, last_ns);
    EXPECT_LE(frame.arrival_ns, monotonic_ns());
    last_ns = frame.exposure_ns;
    if (frame.picture.is_empty()) {
      taken.incomplete.push_back(frame.number);
    } else if (i % 10 == 0) {
      EXPECT_EQ(error_of(frame.picture, frame.number), 0) << frame.number;
    }
    camera.release();
  }
  return taken;
}

// The slack that FrameView demands is readable, past the end of the last buffer too.
unsigned sum_behind(const FrameView& view) {
  const std::uint8_t* const end = view.row(view.height - 1) + view.width;
  return std::accumulate(end, end + kImageSlack, 0u);
}

TEST(V4l2Camera, DeliversGrayWithTheDriversStamps) {
  plug_in("formats=GREY@500");
  const auto camera = open_at(500.0);
  const CameraInfo& info = camera->info();
  EXPECT_EQ(info.address, kAddress);
  EXPECT_EQ(info.name, "Test camera (platform:fake)");
  EXPECT_EQ(info.pixel_format, "GREY");
  EXPECT_EQ(info.width, 640);
  EXPECT_EQ(info.height, 480);
  EXPECT_DOUBLE_EQ(info.frames_per_second, 500.0);
  EXPECT_EQ(info.clock, "system (driver)");
  EXPECT_TRUE(info.warnings.empty()) << info.warnings.front();
  camera->start();
  CameraFrame frame;
  unsigned sum = 0;
  for (int i = 0; i < 40; ++i) {  // every buffer
    ASSERT_EQ(camera->next(frame, milliseconds(5000)), Arrival::Frame);
    sum += sum_behind(frame.picture);
    EXPECT_GE(frame.arrival_ns + 1000, frame.exposure_ns);  // stamps have microseconds
    camera->release();
  }
  EXPECT_LT(sum, 40u * kImageSlack * 255u);
  EXPECT_EQ(take(*camera, 60).numbers.back(), 99u);
}

TEST(V4l2Camera, LostFramesLeaveTheirNumbersOut) {
  plug_in("lose_every=7");
  const auto camera = open_at(500.0);
  camera->start();
  const Taken taken = take(*camera, 120);
  std::vector<std::uint64_t> expected;
  for (std::uint64_t i = 0; expected.size() < 120; ++i) {
    if (i % 7 != 6) expected.push_back(i);
  }
  EXPECT_EQ(taken.numbers, expected);
  EXPECT_TRUE(taken.incomplete.empty());
}

TEST(V4l2Camera, FlaggedAndCutFramesAreIncomplete) {
  plug_in("error_every=10 cut_every=15");
  const auto camera = open_at(500.0);
  camera->start();
  EXPECT_EQ(take(*camera, 60).incomplete,
            (std::vector<std::uint64_t>{9, 14, 19, 29, 39, 44, 49, 59}));
  EXPECT_NE(camera->driver_statistics().find("8 frames incomplete"), std::string::npos);
}

TEST(V4l2Camera, TheSequencePassesItsWrap) {
  plug_in("first_sequence=4294967276 lose_every=25");
  const auto camera = open_at(500.0);
  camera->start();
  const Taken taken = take(*camera, 48);
  EXPECT_EQ(taken.numbers.front(), 4294967276ull);
  EXPECT_EQ(taken.numbers.back(), 4294967276ull + 48);  // one of 49 lost, behind the wrap
  EXPECT_TRUE(taken.incomplete.empty());
}

TEST(V4l2Camera, UnpluggedIsGoneAndStaysSo) {
  plug_in("unplug_after=50");
  const auto camera = open_at(500.0);
  camera->start();
  const Taken taken = take(*camera, 1000);
  EXPECT_EQ(taken.numbers.size(), 50u);
  EXPECT_EQ(taken.end, Arrival::Gone);
  CameraFrame frame;
  EXPECT_EQ(camera->next(frame, milliseconds(10)), Arrival::Gone);
  EXPECT_FALSE(camera->has_ended());
}

TEST(V4l2Camera, UnpluggedWhileAFrameIsHeldIsGone) {
  plug_in("unplug_after=1");
  const auto camera = open_at(500.0);
  camera->start();
  CameraFrame frame;
  ASSERT_EQ(camera->next(frame, milliseconds(5000)), Arrival::Frame);
  std::this_thread::sleep_for(milliseconds(20));
  camera->release();
  EXPECT_EQ(camera->next(frame, milliseconds(5000)), Arrival::Gone);
}

TEST(V4l2Camera, AStalledReaderLosesFramesByNumber) {
  plug_in("patient=0");
  const auto camera = open_at(500.0);
  camera->start();
  std::this_thread::sleep_for(milliseconds(200));  // 100 periods, 32 buffers
  const Taken taken = take(*camera, 60);
  EXPECT_EQ(taken.numbers[31], 31u);
  EXPECT_GT(taken.numbers[32], 32u);
}

TEST(V4l2Camera, WithoutFramesNextTimesOut) {
  plug_in("formats=GREY@30");
  const auto camera = open_at(30.0);
  camera->start();
  CameraFrame frame;
  EXPECT_EQ(camera->next(frame, milliseconds(5)), Arrival::Timeout);
  EXPECT_EQ(camera->next(frame, milliseconds(5000)), Arrival::Frame);
}

TEST(V4l2Camera, EveryFormatGivesTheSameGray) {
  for (const char* format : {"GREY", "Y10 ", "YUYV", "UYVY", "NV12", "MJPG"}) {
    SCOPED_TRACE(format);
    std::string name = format;
    // A blank would end the key: "Y10" and the space of its code are one word apart.
    if (name == "Y10 ") name = "Y10_";
    plug_in("formats=" + name + "@60");
    const auto camera = open_at(60.0);
    camera->start();
    CameraFrame frame;
    for (int i = 0; i < 3; ++i) {
      ASSERT_EQ(camera->next(frame, milliseconds(5000)), Arrival::Frame);
      ASSERT_EQ(frame.picture.width, 640);
      ASSERT_EQ(frame.picture.height, 480);
      // The saw tooth of the test picture rings where it is compressed.
      EXPECT_LE(error_of(frame.picture, frame.number), name == "MJPG" ? 12 : 0);
      EXPECT_LE(sum_behind(frame.picture), kImageSlack * 255u);
      camera->release();
    }
  }
}

TEST(V4l2Camera, TheFormatThatDeliversTheRateIsChosen) {
  plug_in("formats=YUYV@60+MJPG@120");
  EXPECT_EQ(open_at(60.0)->info().pixel_format, "YUYV");
  EXPECT_EQ(open_at(120.0)->info().pixel_format, "MJPG");
  const auto small = open_at(240.0);  // only at 320x240
  EXPECT_EQ(small->info().pixel_format, "MJPG");
  EXPECT_EQ(small->info().width, 320);
}

TEST(V4l2Camera, ARateThatCannotBeIsReadBackAndWarnedOf) {
  plug_in("formats=GREY@100");
  const auto camera = open_at(500.0);
  EXPECT_DOUBLE_EQ(camera->info().frames_per_second, 200.0);  // of the smaller size
  ASSERT_EQ(camera->info().warnings.size(), 1u);
  EXPECT_EQ(camera->info().warnings[0],
            "frame rate: 500 frames/s asked, the camera set 200 frames/s");
}

TEST(V4l2Camera, NothingAskedLeavesItAsItIs) {
  plug_in("formats=GREY@500");
  const CameraInfo info = open_camera(kAddress, {})->info();
  EXPECT_DOUBLE_EQ(info.frames_per_second, 30.0);
  EXPECT_EQ(info.exposure_us, 5000.0);
  EXPECT_EQ(info.gain, 10.0);
  EXPECT_TRUE(info.warnings.empty());
}

TEST(V4l2Camera, ControlsAreSetAndReadBack) {
  plug_in("");
  CameraSettings settings;
  settings.exposure_us = 1500.0;
  settings.gain = 250.0;
  settings.packet_size = 1400;
  const CameraInfo info = open_camera(kAddress, settings)->info();
  EXPECT_EQ(info.exposure_us, 1500.0);
  EXPECT_EQ(info.gain, 100.0);
  ASSERT_EQ(info.warnings.size(), 2u);
  EXPECT_EQ(info.warnings[0], "gain: 250 asked, the camera set 100");
  EXPECT_EQ(info.warnings[1], "packet size asked, but this camera has none to set");
}

TEST(V4l2Camera, RefusedControlsAreWarnedOfWithTheReason) {
  plug_in("refuses_controls=1");
  CameraSettings settings;
  settings.exposure_us = 1500.0;
  const CameraInfo info = open_camera(kAddress, settings)->info();
  ASSERT_EQ(info.warnings.size(), 2u);
  EXPECT_EQ(info.warnings[0], "exposure: 1500 us asked, the camera refuses (Permission denied)");
  EXPECT_EQ(info.warnings[1], "exposure: 1500 us asked, the camera set 5000 us");
}

TEST(V4l2Camera, ARegionOfTheSensorIsSetAndReadBack) {
  plug_in("crop=1");
  CameraSettings settings;
  settings.region = Region{104, 64, 243, 160};
  const auto camera = open_camera(kAddress, settings);
  EXPECT_EQ(camera->info().width, 240);
  EXPECT_EQ(camera->info().height, 160);
  ASSERT_EQ(camera->info().warnings.size(), 1u);
  EXPECT_EQ(camera->info().warnings[0],
            "region: 104,64,243,160 asked, the camera set 104,64,240,160");
  camera->start();
  EXPECT_TRUE(take(*camera, 20).incomplete.empty());
}

TEST(V4l2Camera, ARegionIsCutOutWhereTheSensorHasNone) {
  plug_in("");
  CameraSettings settings;
  settings.region = Region{101, 55, 243, 161};
  const auto camera = open_camera(kAddress, settings);
  EXPECT_EQ(camera->info().width, 243);
  ASSERT_EQ(camera->info().warnings.size(), 1u);
  EXPECT_NE(camera->info().warnings[0].find("is cut out of its 640x480"), std::string::npos);
  camera->start();
  CameraFrame frame;
  ASSERT_EQ(camera->next(frame, milliseconds(5000)), Arrival::Frame);
  EXPECT_EQ(frame.picture.height, 161);
  EXPECT_EQ(error_of(frame.picture, frame.number, 101, 55), 0);

  settings.region = Region{500, 0, 200, 100};
  EXPECT_NE(
      testing::refusal_of([&] { open_camera(kAddress, settings); }).find("within its 640x480"),
      std::string::npos);
}

TEST(V4l2Camera, WithoutStampsTheArrivalCounts) {
  plug_in("stamped=0");
  const auto camera = open_at(500.0);
  EXPECT_EQ(camera->info().clock, "arrival");
  ASSERT_EQ(camera->info().warnings.size(), 1u);
  camera->start();
  CameraFrame frame;
  ASSERT_EQ(camera->next(frame, milliseconds(5000)), Arrival::Frame);
  EXPECT_EQ(frame.exposure_ns, frame.arrival_ns);
}

TEST(V4l2Camera, RefusesInOneSentence) {
  plug_in("busy=1");
  EXPECT_EQ(
      testing::refusal_of([] { open_camera(kAddress, {}); }),
      "v4l2:/dev/video242: asked for GREY: Device or resource busy, expected a camera that is "
      "free and plugged in");
  plug_in("formats=RGB3@500");
  EXPECT_NE(testing::refusal_of([] { open_camera(kAddress, {}); }).find("no gray or YUV format"),
            std::string::npos);
  unsetenv("EYELID_FAKE_V4L2");
  EXPECT_NE(testing::refusal_of([] { open_camera(kAddress, {}); }).find("no such camera"),
            std::string::npos);
}

TEST(ListCameras, NamesNodeFormatsSizesAndRates) {
  plug_in("formats=YUYV@60+MJPG@120");
  const std::vector<FoundCamera> found = list_cameras();
  const auto ours = std::find_if(
      found.begin(), found.end(), [](const FoundCamera& f) { return f.address == kAddress; });
  ASSERT_NE(ours, found.end());
  EXPECT_EQ(ours->name, "Test camera (platform:fake)");
  EXPECT_EQ(ours->formats, "YUYV 640x480@60 320x240@120, MJPG 640x480@120 320x240@240");
}

}  // namespace
}  // namespace eyelid::camera
