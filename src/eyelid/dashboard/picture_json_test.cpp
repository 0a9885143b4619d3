// SPDX-License-Identifier: MIT
#include "eyelid/dashboard/picture_json.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace eyelid::dashboard {
namespace {

GrayImage gray(int width, int height) {
  GrayImage image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) image.row(y)[x] = static_cast<std::uint8_t>(x + y);
  }
  return image;
}

EyePoints eye_at(float x, float y) {
  return {Point{x - 10, y},
          {x - 4, y - 4},
          {x + 4, y - 4},
          {x + 10, y},
          {x + 4, y + 4},
          {x - 4, y + 4}};
}

TEST(PictureJson, HalvesAFrameAndItsPoints) {
  const GrayImage frame = gray(640, 480);
  const EyeLandmarks eyes{eye_at(200.0f, 100.0f), eye_at(300.0f, 100.0f)};
  const auto json = nlohmann::json::parse(picture_json(frame, eyes, 1.25));
  EXPECT_EQ(json["time_s"], 1.25);
  EXPECT_EQ(json["view"]["width"], 320);
  EXPECT_EQ(json["view"]["height"], 240);
  EXPECT_TRUE(std::string(json["view"]["jpeg"]).starts_with("/9j/"));  // FF D8 FF
  ASSERT_EQ(json["view"]["lids"].size(), 2u);
  // Pixel 190 has its center at 190.5 from the edge; half of it.
  EXPECT_NEAR(json["view"]["lids"][0][0][0], 95.25, 0.051);
  EXPECT_EQ(json["eyes"]["lids"].size(), 2u);
  EXPECT_EQ(json["eyes"]["width"], 320);
}

TEST(PictureJson, ShowsAFrameWithoutEyesOrWithOne) {
  const GrayImage frame = gray(320, 240);
  auto json = nlohmann::json::parse(picture_json(frame, std::nullopt, 0.0));
  EXPECT_EQ(json["view"]["width"], 320);
  EXPECT_FALSE(json.contains("eyes"));
  EyeLandmarks eyes{eye_at(100.0f, 100.0f), {}};
  eyes.left.fill({kNotAvailable, kNotAvailable});
  json = nlohmann::json::parse(picture_json(frame, eyes, 0.0));
  EXPECT_EQ(json["view"]["lids"].size(), 1u);
  EXPECT_EQ(json["eyes"]["lids"].size(), 1u);
}

TEST(PictureJson, TakesFramesOfAnyShape) {
  for (const auto& [width, height] : {std::pair{1440, 1080}, {3000, 2}, {2, 3000}, {1, 1}}) {
    const auto json = nlohmann::json::parse(picture_json(gray(width, height), std::nullopt, 0.0));
    EXPECT_GE(json["view"]["width"], 1);
    EXPECT_GE(json["view"]["height"], 1);
  }
  const auto json = nlohmann::json::parse(picture_json(gray(1440, 1080), std::nullopt, 0.0));
  EXPECT_EQ(json["view"]["width"], 480);
  EXPECT_EQ(json["view"]["height"], 360);
}

}  // namespace
}  // namespace eyelid::dashboard
