// SPDX-License-Identifier: MIT
#include "eyelid/synthesis/portrait.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace eyelid::synthesis {
namespace {

bool is_same(const GrayImage& a, const GrayImage& b) {
  for (int y = 0; y < a.height(); ++y) {
    if (!std::equal(a.row(y), a.row(y) + a.width(), b.row(y))) return false;
  }
  return a.width() == b.width() && a.height() == b.height();
}

TEST(Portrait, SameSeedSamePicture) {
  const Portrait first = render_portrait(4);
  const Portrait other = render_portrait(5);
  const Portrait again = render_portrait(4);
  EXPECT_TRUE(is_same(first.image, again.image));
  EXPECT_FALSE(is_same(first.image, other.image));
}

TEST(Portrait, OneSitterGivesManyPicturesOfTheSamePerson) {
  const PortraitSubject sitter(3);
  const Portrait first = sitter.portrait(1);
  const Portrait second = sitter.portrait(2);
  EXPECT_FALSE(is_same(first.image, second.image));
  EXPECT_TRUE(is_same(second.image, PortraitSubject(3).portrait(2).image));
}

TEST(Portrait, EyesLieInTheFaceAndTheRightOneOnTheLeft) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const Portrait portrait = render_portrait(seed);
    for (std::size_t i = 0; i < 6; ++i) {
      for (const Point p : {portrait.eyes.right[i], portrait.eyes.left[i]}) {
        EXPECT_GT(p.x, portrait.face_box.x);
        EXPECT_LT(p.x, portrait.face_box.right());
        EXPECT_GT(p.y, portrait.face_box.y);
        EXPECT_LT(p.y, portrait.face_box.bottom());
      }
      EXPECT_EQ(portrait.eyes.right[i], portrait.points[kRightEyeBegin + i]);
    }
    EXPECT_LT(portrait.eyes.right[3].x, portrait.eyes.left[0].x);
    EXPECT_LT(portrait.eyes.right[0].x, portrait.eyes.right[3].x);
  }
}

TEST(Portrait, AClosedEyeHasNoAperture) {
  PortraitOptions options;
  options.wink = 0.0f;
  options.closed = 1.0f;
  int shut = 0;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    const Portrait portrait = render_portrait(seed, options);
    if (portrait.fec.right < 1.0f) continue;
    ++shut;
    EXPECT_LT(distance(portrait.eyes.right[1], portrait.eyes.right[5]), 1e-3f);
    EXPECT_LT(distance(portrait.eyes.right[2], portrait.eyes.right[4]), 1e-3f);
  }
  EXPECT_GE(shut, 3);
}

}  // namespace
}  // namespace eyelid::synthesis
