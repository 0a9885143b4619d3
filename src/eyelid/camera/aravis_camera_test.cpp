// SPDX-License-Identifier: MIT
// Against the camera that Aravis simulates in this process. Real packets:
// tests/camera/gige_vision_test.py.
#include <arv.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "eyelid/camera/camera.hpp"
#include "eyelid/core/monotonic_clock.hpp"
#include "refusal.hpp"

namespace eyelid::camera {
namespace {

using std::chrono::milliseconds;

class AravisCamera : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { arv_enable_interface("Fake"); }
  static void TearDownTestSuite() { arv_disable_interface("Fake"); }
};

TEST_F(AravisCamera, SetsAndReadsBackWhatIsAsked) {
  CameraSettings settings;
  settings.frames_per_second = 100.0;
  settings.exposure_us = 1500.0;
  settings.gain = 3.0;
  settings.region = Region{16, 8, 320, 240};
  const auto camera = open_camera("aravis:Fake_1", settings);
  const CameraInfo& info = camera->info();
  EXPECT_EQ(info.address, "aravis:Fake_1");
  EXPECT_NE(info.name.find("Fake"), std::string::npos) << info.name;
  EXPECT_EQ(info.pixel_format, "Mono8");
  EXPECT_EQ(info.width, 320);
  EXPECT_EQ(info.height, 240);
  EXPECT_NEAR(info.frames_per_second, 100.0, 0.1);
  EXPECT_NEAR(info.exposure_us.value_or(0.0), 1500.0, 1.0);
  EXPECT_NEAR(info.gain.value_or(-1.0), 3.0, 0.1);
  EXPECT_EQ(info.clock, "device");
  EXPECT_TRUE(info.warnings.empty()) << info.warnings.front();
}

TEST_F(AravisCamera, WhatIsOutOfBoundsIsWarnedOf) {
  CameraSettings settings;
  settings.region = Region{0, 0, 16000, 240};
  settings.exposure_us = 9e6;
  settings.packet_size = 1400;
  settings.gain = 1e5;
  const CameraInfo info = open_camera("aravis:Fake_1", settings)->info();
  EXPECT_LT(info.width, 16000);
  EXPECT_EQ(info.height, 240);
  for (const char* name : {"region: ", "gain: ", "packet size asked"}) {
    EXPECT_TRUE(std::any_of(info.warnings.begin(), info.warnings.end(), [&](const std::string& w) {
      return w.rfind(name, 0) == 0;
    })) << name;
  }
}

TEST_F(AravisCamera, DeliversFramesPastTheWrapOfTheirIds) {
  CameraSettings settings;
  settings.frames_per_second = 200.0;
  settings.exposure_us = 500.0;
  settings.region = Region{0, 0, 64, 48};
  const auto camera = open_camera("aravis:Fake_1", settings);
  camera->start();
  CameraFrame frame;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::int64_t last_exposure_ns = 0;
  std::uint64_t frames = 0;
  // The simulator begins at 65401, so that 16 bits end soon.
  for (; frames < 200; ++frames) {
    ASSERT_EQ(camera->next(frame, milliseconds(5000)), Arrival::Frame);
    if (frames == 0) first = frame.number;
    if (frames > 0) {
      EXPECT_GT(frame.number, last);
      EXPECT_GT(frame.exposure_ns, last_exposure_ns);
    }
    last = frame.number;
    last_exposure_ns = frame.exposure_ns;
    EXPECT_LE(frame.arrival_ns, monotonic_ns());
    EXPECT_EQ(frame.picture.width, 64);
    EXPECT_EQ(frame.picture.height, 48);
    EXPECT_EQ(frame.picture.stride, 64);
    camera->release();
  }
  EXPECT_LE(first, 65535u);
  EXPECT_GT(last, 65535u);
  EXPECT_GE(last - first, 199u);
  EXPECT_LT(last - first, 400u);
  EXPECT_NE(camera->driver_statistics().find("frames complete"), std::string::npos);
}

TEST_F(AravisCamera, TheFirstFoundHasANameOfItsOwn) {
  EXPECT_EQ(open_camera("aravis:", {})->info().address, "aravis:Fake_1");
}

TEST_F(AravisCamera, IsListed) {
  const std::vector<FoundCamera> found = list_cameras();
  const auto ours = std::find_if(found.begin(), found.end(), [](const FoundCamera& f) {
    return f.address == "aravis:Fake_1";
  });
  ASSERT_NE(ours, found.end());
  EXPECT_NE(ours->name.find("Fake"), std::string::npos);
}

TEST_F(AravisCamera, AnUnknownIdNamesThoseThatAreThere) {
  const std::string sentence = testing::refusal_of([] { open_camera("aravis:Nobody-1", {}); });
  EXPECT_NE(sentence.find("aravis:Nobody-1: "), std::string::npos) << sentence;
  EXPECT_NE(sentence.find("Fake_1"), std::string::npos) << sentence;
}

}  // namespace
}  // namespace eyelid::camera
