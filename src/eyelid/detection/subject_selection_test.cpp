// SPDX-License-Identifier: MIT
#include "eyelid/detection/subject_selection.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace eyelid::detection {
namespace {

FaceBox face(float x, float size) { return {{x, 0, size, size}, 0.9f, {}}; }

TEST(SubjectSelector, TakesTheLargestFaceFirst) {
  SubjectSelector selector;
  EXPECT_EQ(selector.select(std::vector{face(0, 50), face(100, 80)})->box.x, 100);
}

TEST(SubjectSelector, StaysWithTheSubjectWhenALargerFaceAppears) {
  SubjectSelector selector;
  selector.select(std::vector{face(0, 50)});
  EXPECT_EQ(selector.select(std::vector{face(200, 90), face(3, 50)})->box.x, 3);
}

TEST(SubjectSelector, ForgetsASubjectWhoHasLeft) {
  SubjectSelector selector;
  selector.select(std::vector{face(0, 50)});
  for (int i = 0; i <= kMemoryDetections; ++i) EXPECT_FALSE(selector.select({}));
  EXPECT_EQ(selector.select(std::vector{face(0, 50), face(200, 90)})->box.x, 200);
}

}  // namespace
}  // namespace eyelid::detection
