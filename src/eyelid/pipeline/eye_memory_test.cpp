// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/eye_memory.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace eyelid::pipeline {
namespace {

enum class Look { Eye, Doubtful, None };

/// The left eye looks so, at 100 frames/s; whether it is measured.
class Film {
 public:
  bool next(Look look, std::int32_t clip = 1) {
    FrameMeasurement m;
    m.frame = frame_;
    m.time_s = 0.01 * static_cast<double>(frame_++);
    m.clip = clip;
    m.eyes.emplace();
    for (std::size_t i = 0; i < 6; ++i) {
      const auto x = static_cast<float>(i < 4 ? i : 6 - i);
      m.eyes->left[i] = {10.0f * x, i == 0 || i == 3 ? 5.0f : (i < 3 ? 0.0f : 10.0f)};
    }
    m.trusted_eyes.left = look == Look::Eye;
    m.doubted_eyes.left = look == Look::Doubtful;
    if (look == Look::Eye) m.ear.left = 0.3f;
    memory_.judge(m);
    EXPECT_FALSE(m.trusted_eyes.right);
    EXPECT_EQ(std::isfinite(m.ear.left), m.trusted_eyes.left);
    return m.trusted_eyes.left;
  }
  int measured(Look look, int frames) {
    int count = 0;
    for (int i = 0; i < frames; ++i) count += next(look);
    return count;
  }

 private:
  EyeMemory memory_;
  std::int64_t frame_ = 0;
};

TEST(EyeMemory, MeasuresThroughABlinkThatLooksLikeNoEye) {
  Film film;
  EXPECT_EQ(film.measured(Look::Eye, 100), 100);
  EXPECT_EQ(film.measured(Look::Doubtful, 12), 12);
  EXPECT_EQ(film.measured(Look::Eye, 10), 10);
}

TEST(EyeMemory, ForgetsAnEyeThatStaysAway) {
  Film film;
  film.measured(Look::Eye, 100);
  EXPECT_LE(film.measured(Look::Doubtful, 200), 15);
  // Clearly none: at once.
  film.measured(Look::Eye, 100);
  EXPECT_EQ(film.measured(Look::None, 5), 0);
}

TEST(EyeMemory, ACoverTakenForAnEyeNowAndThenGainsNothing) {
  Film film;
  int measured = 0;
  for (int i = 0; i < 400; ++i) measured += film.next(i % 10 == 0 ? Look::Eye : Look::Doubtful);
  EXPECT_EQ(measured, 40);
}

TEST(EyeMemory, RemembersNothingOfAnotherClip) {
  Film film;
  film.measured(Look::Eye, 100);
  EXPECT_FALSE(film.next(Look::Doubtful, 2));
}

}  // namespace
}  // namespace eyelid::pipeline
