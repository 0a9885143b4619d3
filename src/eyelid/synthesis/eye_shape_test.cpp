// SPDX-License-Identifier: MIT
#include "eyelid/synthesis/eye_shape.hpp"

#include <gtest/gtest.h>

namespace eyelid::synthesis {
namespace {

TEST(EyeShape, ApertureFallsLinearlyWithClosureAndEndsAtNothing) {
  const EyeShape shape(make_person(5), Eye::Left);
  for (float u = -12.0f; u <= 12.0f; u += 1.5f) {
    const float open = shape.lower_lid(u, 0.0f) - shape.upper_lid(u, 0.0f);
    ASSERT_GT(open, 1.0f);
    for (const float closure : {0.1f, 0.5f, 0.77f, 1.0f}) {
      const float aperture = shape.lower_lid(u, closure) - shape.upper_lid(u, closure);
      EXPECT_NEAR(aperture, (1.0f - closure) * open, 1e-4f);
    }
  }
}

TEST(EyeShape, LidsMeetInTheCorners) {
  const EyeShape shape(make_person(9), Eye::Right);
  for (const float u : {-shape.half_width(), shape.half_width()}) {
    EXPECT_FLOAT_EQ(shape.upper_lid(u, 0.3f), 0.0f);
    EXPECT_FLOAT_EQ(shape.lower_lid(u, 0.3f), 0.0f);
  }
}

TEST(EyeShape, EyesMirrorEachOtherAndMapBack) {
  const Person person = make_person(2);
  const EyeShape right(person, Eye::Right);
  const EyeShape left(person, Eye::Left);
  const Point p{5.0f, -3.0f};
  EXPECT_FLOAT_EQ(right.head_from_eye(p).x, -left.head_from_eye(p).x);
  EXPECT_FLOAT_EQ(right.head_from_eye(p).y, left.head_from_eye(p).y);
  for (const EyeShape* eye : {&right, &left}) {
    const Point back = eye->eye_from_head(eye->head_from_eye(p));
    EXPECT_NEAR(back.x, p.x, 1e-4f);
    EXPECT_NEAR(back.y, p.y, 1e-4f);
  }
  // The corner at the nose lies toward the midline and not higher than the one at the temple.
  EXPECT_GT(right.head_from_eye({10, 0}).x, right.head_from_eye({-10, 0}).x);
  EXPECT_GE(right.head_from_eye({10, 0}).y, right.head_from_eye({-10, 0}).y);
}

}  // namespace
}  // namespace eyelid::synthesis
