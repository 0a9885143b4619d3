// SPDX-License-Identifier: MIT
#include "eyelid/camera/camera_address.hpp"

#include <gtest/gtest.h>

#include "eyelid/camera/camera.hpp"
#include "refusal.hpp"

namespace eyelid::camera {
namespace {

TEST(CameraAddress, NamesKindPlaceAndRate) {
  const CameraAddress device = parse_address("v4l2:/dev/video3");
  EXPECT_EQ(device.kind, CameraKind::V4l2);
  EXPECT_EQ(device.place, "/dev/video3");
  EXPECT_FALSE(device.frames_per_second);

  const CameraAddress film = parse_address("paced:films/a:b.mkv@240.5");
  EXPECT_EQ(film.kind, CameraKind::Paced);
  EXPECT_EQ(film.place, "films/a:b.mkv");
  EXPECT_EQ(film.frames_per_second, 240.5);

  EXPECT_EQ(parse_address("synthetic:7@100").place, "7");
  EXPECT_EQ(parse_address("aravis:").kind, CameraKind::Aravis);
}

TEST(CameraAddress, AnAtSignBeforeNoNumberBelongsToTheName) {
  const CameraAddress film = parse_address("paced:me@home.mkv");
  EXPECT_EQ(film.place, "me@home.mkv");
  EXPECT_FALSE(film.frames_per_second);
  EXPECT_EQ(parse_address("aravis:Maker-4@7").place, "Maker-4@7");
}

TEST(CameraAddress, RefusesWhatIsNoCameraInOneSentence) {
  for (const char* address : {"",
                              "webcam",
                              "v4l2",
                              "usb:0",
                              ":",
                              "V4L2:/dev/video0",
                              "v4l2:",
                              "paced:",
                              "paced:@50",
                              "synthetic:@50",
                              "paced:a.mkv@0",
                              "paced:a.mkv@-5",
                              "paced:a.mkv@nan",
                              "paced:a.mkv@inf",
                              "paced:a.mkv@1e9"}) {
    SCOPED_TRACE(address);
    const std::string sentence = testing::refusal_of([&] { parse_address(address); });
    EXPECT_NE(sentence.find("expected"), std::string::npos) << sentence;
    EXPECT_NE(sentence.find(address), std::string::npos) << sentence;
    EXPECT_EQ(sentence.find('\n'), std::string::npos);
  }
}

TEST(CameraAddress, ALampStandsBehindTheRate) {
  const CameraAddress both = parse_address("paced:odd?name.mkv@500?lamp=udp:9000");
  EXPECT_EQ(both.place, "odd?name.mkv");
  EXPECT_EQ(both.frames_per_second, 500.0);
  EXPECT_EQ(both.lamp_port, 9000);
  EXPECT_EQ(parse_address("synthetic:3?lamp=udp:1").lamp_port, 1);
  EXPECT_FALSE(parse_address("paced:film.mkv").lamp_port.has_value());
  for (const char* address :
       {"synthetic:3?lamp=udp:", "synthetic:3?lamp=udp:70000", "paced:f?lamp=udp:x"}) {
    const std::string sentence = testing::refusal_of([&] { parse_address(address); });
    EXPECT_NE(sentence.find("expected 1 to 65535"), std::string::npos) << sentence;
  }
}

TEST(CameraAddress, OpeningRefusesBadPlaces) {
  for (const char* address : {"synthetic:one",
                              "synthetic:-1",
                              "synthetic:1.5",
                              "paced:/nowhere/film.mkv",
                              "v4l2:/nowhere",
                              "v4l2:/dev/null"}) {
    SCOPED_TRACE(address);
    const std::string sentence = testing::refusal_of([&] { open_camera(address, {}); });
    EXPECT_NE(sentence.find("expected"), std::string::npos) << sentence;
  }
}

TEST(CameraAddress, OpeningRefusesSettingsThatMeanNothing) {
  CameraSettings zero_rate;
  zero_rate.frames_per_second = 0.0;
  CameraSettings empty_region;
  empty_region.region = Region{0, 0, 0, 10};
  CameraSettings negative_exposure;
  negative_exposure.exposure_us = -1.0;
  CameraSettings tiny_packets;
  tiny_packets.packet_size = 10;
  for (const CameraSettings& settings :
       {zero_rate, empty_region, negative_exposure, tiny_packets}) {
    const std::string sentence =
        testing::refusal_of([&] { open_camera("v4l2:/dev/video0", settings); });
    EXPECT_NE(sentence.find("expected"), std::string::npos) << sentence;
    EXPECT_EQ(sentence.find("/dev/video0: no such"), std::string::npos) << sentence;
  }
}

}  // namespace
}  // namespace eyelid::camera
