// SPDX-License-Identifier: MIT
#include "eyelid/landmarks/close_up_search.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "eyelid/landmarks/embedded_landmark_models_testing.hpp"

namespace eyelid::landmarks {
namespace {

EyePoints eye_at(Point middle, float ear = 0.3f) {
  const float h = 15.0f * ear / 0.3f;
  return {middle + Point{-50.0f, 0.0f},
          middle + Point{-20.0f, -h},
          middle + Point{20.0f, -h},
          middle + Point{50.0f, 0.0f},
          middle + Point{20.0f, h},
          middle + Point{-20.0f, h}};
}

/// A left eye at `middle` that also looks a little like a right one.
EyePlaces left_eye_at(Point middle, float ear = 0.3f, float support = 10.0f) {
  EyePlaces places;
  places.as.left = {eye_at(middle, ear), support};
  places.as.right = {eye_at(middle, ear), 0.4f * support};
  return places;
}

TEST(AgreedEye, IsWhereTheOpenEyesOfThePicturesAre) {
  std::vector<EyePlaces> pictures(6, left_eye_at({100.0f, 80.0f}));
  pictures.push_back(left_eye_at({102.0f, 100.0f}, 0.05f));  // closed
  const auto agreed = agreed_eye(pictures);
  ASSERT_TRUE(agreed);
  EXPECT_EQ(agreed->side, Eye::Left);
  EXPECT_NEAR(eye_center(agreed->points).x, 100.0f, 1e-3f);
  EXPECT_NEAR(eye_center(agreed->points).y, 80.0f, 1e-3f);
}

TEST(AgreedEye, NeedsHalfOfThePicturesAtOnePlace) {
  std::vector<EyePlaces> pictures;
  for (int i = 0; i < 8; ++i) {
    pictures.push_back(
        left_eye_at({i < 3 ? 100.0f : 100.0f + 60.0f * static_cast<float>(i), 80.0f}));
  }
  EXPECT_FALSE(agreed_eye(pictures));
  pictures[3] = pictures[0];
  EXPECT_TRUE(agreed_eye(pictures));
}

TEST(AgreedEye, NeedsFivePictures) {
  std::vector<EyePlaces> pictures(4, left_eye_at({100.0f, 80.0f}));
  EXPECT_FALSE(agreed_eye(pictures));
  pictures.push_back(pictures[0]);
  EXPECT_TRUE(agreed_eye(pictures));
}

TEST(AgreedEye, IsNotOneThatIsUnsure) {
  EXPECT_FALSE(agreed_eye(std::vector<EyePlaces>(9, left_eye_at({100.0f, 80.0f}, 0.3f, 6.5f))));
}

TEST(AgreedEye, MustBeSeenOpen) {
  std::vector<EyePlaces> pictures(7, left_eye_at({100.0f, 80.0f}, 0.1f));
  EXPECT_FALSE(agreed_eye(pictures));
  pictures.insert(pictures.end(), 3, left_eye_at({100.0f, 80.0f}));
  EXPECT_TRUE(agreed_eye(pictures));
}

TEST(AgreedEye, IsRightWhereItsShapeDoesNotSay) {
  std::vector<EyePlaces> pictures(6, left_eye_at({100.0f, 80.0f}));
  ASSERT_TRUE(agreed_eye(pictures));
  EXPECT_TRUE(agreed_eye(pictures)->is_side_sure);
  for (EyePlaces& places : pictures) places.as.right.support = 9.0f;
  ASSERT_TRUE(agreed_eye(pictures));
  EXPECT_FALSE(agreed_eye(pictures)->is_side_sure);
  EXPECT_EQ(agreed_eye(pictures)->side, Eye::Right);
}

TEST(AgreedEye, IsNotOneOfTwo) {
  std::vector<EyePlaces> pictures(9, left_eye_at({100.0f, 80.0f}));
  for (EyePlaces& places : pictures) places.rival_support = 8.0f;
  EXPECT_FALSE(agreed_eye(pictures));
}

TEST(CloseUpSearch, FindsNothingSureInPatterns) {
  CloseUpSearch search(embedded_landmark_models());
  std::srand(1);
  for (int kind = 0; kind < 3; ++kind) {
    GrayImage picture(160, 120);
    for (int y = 0; y < 120; ++y) {
      for (int x = 0; x < 160; ++x) {
        const int value = kind == 0   ? 128
                          : kind == 1 ? (x / 20 + y / 20) % 2 * 200
                                      : std::rand() % 256;
        picture.row(y)[x] = static_cast<std::uint8_t>(value);
      }
    }
    const EyePlaces places = search.look(picture);
    EXPECT_LT(places.as.right.support, 4.0f) << kind;
    EXPECT_LT(places.as.left.support, 4.0f) << kind;
  }
}

TEST(ShrunkForSearch, MeansBlocksUpToTheWantedSize) {
  GrayImage picture(640, 400);
  for (int y = 0; y < 400; ++y) {
    for (int x = 0; x < 640; ++x) picture.row(y)[x] = static_cast<std::uint8_t>(x % 4 * 10);
  }
  int factor = 0;
  const GrayImage small = shrunk_for_search(picture, factor);
  EXPECT_EQ(factor, 4);
  EXPECT_EQ(small.width(), 160);
  EXPECT_EQ(small.height(), 100);
  EXPECT_EQ(small.row(50)[80], 15);
}

}  // namespace
}  // namespace eyelid::landmarks
