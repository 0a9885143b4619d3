// SPDX-License-Identifier: MIT
#include "eyelid/detection/hog_face_detector.hpp"

#include <gtest/gtest.h>

#include <random>

#include "eyelid/core/error.hpp"

namespace eyelid::detection {
namespace {

TEST(HogFaceDetector, FindsNothingInNoiseAndFlatPictures) {
  const auto detector = make_hog_detector();
  EXPECT_EQ(detector->name(), "hog");
  std::vector<FaceBox> faces(3);
  std::mt19937 random(3);
  for (const auto& [width, height] : {std::pair(1, 1), {3, 2}, {50, 50}, {80, 81}, {320, 240}}) {
    GreyImage image(width, height);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) image.row(y)[x] = static_cast<std::uint8_t>(random());
    }
    detector->detect(image, faces);
    EXPECT_TRUE(faces.empty()) << width << "x" << height;
  }
}

TEST(HogFaceDetector, RefusesSenselessOptions) {
  EXPECT_THROW(make_hog_detector({.score_threshold = 1.0f}), ContractError);
  EXPECT_THROW(make_hog_detector({.smallest_face_px = 0.0f}), ContractError);
}

}  // namespace
}  // namespace eyelid::detection
