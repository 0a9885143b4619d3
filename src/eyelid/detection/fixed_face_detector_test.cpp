// SPDX-License-Identifier: MIT
#include "eyelid/detection/fixed_face_detector.hpp"

#include <gtest/gtest.h>

#include "eyelid/core/error.hpp"
#include "eyelid/core/image.hpp"

namespace eyelid::detection {
namespace {

TEST(FixedFaceDetector, AnswersWithTheGivenBox) {
  const GrayImage frame(64, 48);
  const Rect box{-10.0f, 4.0f, 40.0f, 44.0f};  // reaches beyond the picture
  const auto detector = make_fixed_face_detector(box)->clone();
  std::vector<FaceBox> faces(3);
  detector->detect(frame, faces);
  ASSERT_EQ(faces.size(), 1u);
  EXPECT_EQ(faces[0].box, box);
  EXPECT_EQ(faces[0].score, 1.0f);
  EXPECT_FALSE(faces[0].keypoints);
}

TEST(FixedFaceDetector, RefusesABoxBesideThePicture) {
  const GrayImage frame(64, 48);
  std::vector<FaceBox> faces;
  for (const Rect& box : {Rect{64.0f, 4.0f, 40.0f, 44.0f},
                          Rect{-40.0f, 4.0f, 40.0f, 44.0f},
                          Rect{4.0f, 48.0f, 40.0f, 44.0f},
                          Rect{4.0f, -44.0f, 40.0f, 44.0f}}) {
    EXPECT_THROW(make_fixed_face_detector(box)->detect(frame, faces), InputError);
  }
}

}  // namespace
}  // namespace eyelid::detection
