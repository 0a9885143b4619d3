// SPDX-License-Identifier: MIT
#include "eyelid/closure/binocular_blink_finder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "eyelid/closure/trace_testing.hpp"
#include "eyelid/core/error.hpp"

namespace eyelid::closure {
namespace {

std::vector<ClosureRow> rows_of(const MadeTrace& right, const MadeTrace& left, double noise_fec) {
  std::mt19937 random(17);
  std::normal_distribution<double> noise(0.0, 1.0);
  std::vector<ClosureRow> rows;
  const auto count = static_cast<std::int64_t>(right.duration_s * right.frames_per_second);
  for (std::int64_t frame = 0; frame < count; ++frame) {
    const double time_s = static_cast<double>(frame) / right.frames_per_second;
    const auto noisy = [&](const MadeTrace& made) {
      return static_cast<float>(made.fec_at(time_s) + noise_fec * noise(random));
    };
    const float first = noisy(right);
    rows.push_back({frame, time_s, {first, noisy(left)}});
  }
  return rows;
}

std::vector<ClosureRow> flat_rows(double frames_per_second) {
  MadeTrace still;
  still.frames_per_second = frames_per_second;
  return rows_of(still, still, 0.0);
}

TEST(BinocularBlinkFinder, AnEyeMayBlinkAloneInAClearPicture) {
  MadeTrace winking, still;
  winking.blinks = {MadeBlink{3.0}, MadeBlink{6.0, 0.35}};
  const std::vector<Blink> blinks = find_blinks(rows_of(winking, still, 0.02));
  ASSERT_EQ(blinks.size(), 2u);
  EXPECT_EQ(blinks[0].eye, Eye::Right);
  EXPECT_EQ(blinks[1].kind, BlinkKind::Partial);
}

TEST(BinocularBlinkFinder, ALonePartialBlinkNeedsAClearerPictureThanAFullOne) {
  MadeTrace one_eyed, still;
  one_eyed.blinks = {MadeBlink{3.0}, MadeBlink{6.0, 0.45}};
  const std::vector<Blink> alone = find_blinks(rows_of(one_eyed, still, 0.08));
  ASSERT_EQ(alone.size(), 1u);
  EXPECT_EQ(alone[0].kind, BlinkKind::Full);
  EXPECT_EQ(find_blinks(rows_of(one_eyed, one_eyed, 0.08)).size(), 4u);
}

TEST(BinocularBlinkFinder, OneFrameCountsWhenBothEyesShowIt) {
  std::vector<ClosureRow> rows = flat_rows(25.0);
  rows[100].fec.right = rows[100].fec.left = 0.9f;
  rows[150].fec.right = 0.9f;
  rows[200].fec.right = rows[201].fec.left = 0.9f;
  const std::vector<Blink> blinks = find_blinks(rows);
  ASSERT_EQ(blinks.size(), 4u);
  EXPECT_EQ(blinks[0].peak_frame, 100);
  EXPECT_EQ(blinks[1].peak_frame, 100);
  EXPECT_EQ(blinks[2].peak_frame, 200);
  EXPECT_EQ(blinks[3].peak_frame, 201);
}

TEST(BinocularBlinkFinder, ABriefBlinkBesideAClearlyOpenEyeIsASlippedLandmark) {
  std::vector<ClosureRow> rows = flat_rows(25.0);
  rows[100].fec.right = rows[101].fec.right = 0.9f;                  // two frames
  for (std::size_t i = 150; i < 154; ++i) rows[i].fec.right = 0.9f;  // a wink
  const std::vector<Blink> blinks = find_blinks(rows);
  ASSERT_EQ(blinks.size(), 1u);
  EXPECT_EQ(blinks[0].peak_frame, 150);

  // Of an eye that cannot be seen nothing follows.
  for (std::size_t i = 60; i < 140; ++i) rows[i].fec.left = kNotAvailable;
  EXPECT_EQ(find_blinks(rows).size(), 2u);
  // Nor of one that is back soon after.
  rows = flat_rows(25.0);
  rows[100].fec.right = rows[101].fec.right = 0.9f;
  for (std::size_t i = 98; i < 104; ++i) rows[i].fec.left = kNotAvailable;
  EXPECT_EQ(find_blinks(rows).size(), 1u);
}

TEST(BinocularBlinkFinder, ABriefBlinkOfAnEyeAtRestStandsAlone) {
  const auto count = [](float fec, float just_before, const Rect& box) {
    std::vector<ClosureRow> rows = flat_rows(25.0);
    for (ClosureRow& row : rows) row.face_box = box;
    rows[96].fec.right = just_before;
    rows[100].fec.right = fec;
    return find_blinks(rows).size();
  };
  const Rect still{50.0f, 50.0f, 100.0f, 100.0f};
  EXPECT_EQ(count(0.9f, 0.0f, still), 1u);
  EXPECT_EQ(count(0.9f, 0.1f, still), 1u);
  EXPECT_EQ(count(0.9f, 0.3f, still), 0u);   // a reflection that crosses the lens
  EXPECT_EQ(count(0.4f, 0.0f, still), 0u);   // too little for a frame alone
  EXPECT_EQ(count(0.9f, 0.0f, kNoBox), 0u);  // the head may have jerked
}

TEST(BinocularBlinkFinder, TwoFramesOf500PerSecondAreNoBlink) {
  std::vector<ClosureRow> rows = flat_rows(500.0);
  for (ClosureRow& row : rows) row.face_box = {50.0f, 50.0f, 100.0f, 100.0f};
  rows[300].fec.right = rows[301].fec.right = 0.9f;
  EXPECT_TRUE(find_blinks(rows).empty());
}

TEST(BinocularBlinkFinder, AWideEyeThatComesBackToItsOpenLevelHasNotBlinked) {
  std::vector<ClosureRow> rows = flat_rows(25.0);
  for (std::size_t i = 0; i < 200; ++i) rows[i].fec.right = rows[i].fec.left = -0.35f;
  for (std::size_t i = 100; i < 104; ++i) rows[i].fec.right = rows[i].fec.left = 0.12f;
  EXPECT_TRUE(find_blinks(rows).empty());
  for (std::size_t i = 100; i < 104; ++i) rows[i].fec.right = rows[i].fec.left = 0.3f;
  EXPECT_EQ(find_blinks(rows).size(), 2u);
}

// 25 frames/s, noise 0.06 in each eye.
std::vector<ClosureRow> noisy_rows() {
  MadeTrace still;
  still.frames_per_second = 25.0;
  still.duration_s = 60.0;
  return rows_of(still, still, 0.06);
}

TEST(BinocularBlinkFinder, AWeakClosureCountsBesideASureOneOnly) {
  std::vector<ClosureRow> rows = noisy_rows();
  rows[500].fec = {1.0f, 0.27f};
  const std::vector<Blink> both = find_blinks(rows);
  ASSERT_EQ(both.size(), 2u);
  EXPECT_EQ(both[1].kind, BlinkKind::Partial);
  rows[500].fec = {0.0f, 0.27f};
  EXPECT_TRUE(find_blinks(rows).empty());
  rows[500].fec = {1.0f, 0.0f};
  EXPECT_TRUE(find_blinks(rows).empty());
  rows[502].fec.left = 0.27f;  // not at the same time
  EXPECT_TRUE(find_blinks(rows).empty());
}

TEST(BinocularBlinkFinder, AFastHeadNeedsMoreThanItsBlur) {
  const auto count = [](float fec_right, float fec_left, float speed) {
    std::vector<ClosureRow> rows = flat_rows(25.0);
    float x = 50.0f;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (i >= 98 && i < 104) x += 100.0f * speed;
      rows[i].face_box = {x, 50.0f, 100.0f, 100.0f};
    }
    for (std::size_t i = 100; i < 104; ++i) rows[i].fec = {fec_right, fec_left};
    return find_blinks(rows).size();
  };
  EXPECT_EQ(count(0.4f, 0.4f, 0.0f), 2u);
  EXPECT_EQ(count(0.4f, 0.4f, 0.01f), 2u);
  EXPECT_EQ(count(0.4f, 0.4f, 0.04f), 0u);  // blurs 0.6 of an open eye
  EXPECT_EQ(count(0.7f, 0.7f, 0.04f), 2u);
  EXPECT_EQ(count(0.9f, 0.9f, 0.2f), 2u);   // shut is shut
  EXPECT_EQ(count(0.9f, 0.0f, 0.0f), 1u);   // a wink
  EXPECT_EQ(count(0.9f, 0.0f, 0.03f), 0u);  // a reflection that crosses the lens
}

TEST(BinocularBlinkFinder, BoxesThatJumpAreNoFastHead) {
  const auto count = [](float fec_left, double rate, auto&& box_x) {
    std::vector<ClosureRow> rows = flat_rows(rate);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      rows[i].face_box = {50.0f + box_x(i), 50.0f, 100.0f, 100.0f};
    }
    const auto frames = static_cast<std::size_t>(0.16 * rate);
    for (std::size_t i = 100; i < 100 + frames; ++i) rows[i].fec = {0.5f, fec_left};
    return find_blinks(rows).size();
  };
  // The steps of a pyramid, as a head drifts by; boxes detected now and then amid carried ones.
  const auto stepped = [](std::size_t i) { return i < 101 ? 0.0f : 15.0f; };
  const auto to_and_fro = [](std::size_t i) { return i % 2 == 0 ? 0.0f : 12.0f; };
  const auto detected = [](std::size_t i) { return i % 10 == 1 ? 8.0f : 0.0f; };
  for (const double rate : {30.0, 60.0, 500.0}) {
    for (const float fec_left : {0.5f, 0.0f}) {
      SCOPED_TRACE(std::to_string(rate) + " " + std::to_string(fec_left));
      const std::size_t expected = fec_left > 0.0f ? 2 : 1;
      EXPECT_EQ(count(fec_left, rate, stepped), expected);
      EXPECT_EQ(count(fec_left, rate, to_and_fro), expected);
      EXPECT_EQ(count(fec_left, rate, detected), expected);
    }
  }
}

TEST(BinocularBlinkFinder, ALookDownIsNoBlink) {
  const auto count = [](float fec, std::size_t frames) {
    std::vector<ClosureRow> rows = flat_rows(25.0);
    for (std::size_t i = 100; i < 100 + frames; ++i) rows[i].fec = {fec, fec};
    return find_blinks(rows).size();
  };
  EXPECT_EQ(count(0.4f, 5), 2u);
  EXPECT_EQ(count(0.4f, 12), 0u);
  EXPECT_EQ(count(0.6f, 12), 2u);
}

TEST(BinocularBlinkFinder, CutAtBothEndsOfAFilm) {
  std::vector<ClosureRow> rows = flat_rows(25.0);
  rows[0].fec = {0.75f, 0.7f};
  rows[1].fec = {0.3f, 0.3f};
  rows.back().fec = {0.4f, 0.45f};
  const std::vector<Blink> both = find_blinks(rows);
  ASSERT_EQ(both.size(), 4u);
  for (const Blink& blink : both) EXPECT_TRUE(blink.is_cut);
  for (ClosureRow& row : rows) row.fec.left = kNotAvailable;
  EXPECT_TRUE(find_blinks(rows).empty());  // one eye alone: too little was seen of it
}

TEST(BinocularBlinkFinder, InAPoorPictureOnlyBlinksOfBothEyesStand) {
  MadeTrace right;
  right.frames_per_second = 25.0;
  right.duration_s = 120.0;
  for (int i = 0; i < 20; ++i) right.blinks.push_back(MadeBlink{4.0 + 5.0 * i, 1.0, 0.1, 0.1, 0.2});
  const auto count = [&](const std::vector<Blink>& blinks, bool wanted) {
    return std::count_if(blinks.begin(), blinks.end(), [&](const Blink& blink) {
      const bool is_true =
          std::any_of(right.blinks.begin(), right.blinks.end(), [&](const MadeBlink& made) {
            return std::abs(blink.peak_s - made.start_s - 0.15) < 0.2;
          });
      return is_true == wanted;
    });
  };
  constexpr double kNoise = 0.22;  // of FEC: as on small eyes behind glasses in a webcam picture
  const std::vector<Blink> both = find_blinks(rows_of(right, right, kNoise));
  EXPECT_GE(count(both, true), 36);  // of 40
  EXPECT_LE(count(both, false), 2);

  // The same right eye beside one that rests: what noise makes of a single eye is not confirmed.
  MadeTrace still = right;
  still.blinks.clear();
  const std::vector<Blink> one = find_blinks(rows_of(right, still, kNoise));
  EXPECT_LE(count(one, false), 2);
  EXPECT_LT(count(one, true), 20);
}

TEST(BinocularBlinkFinder, OrderIsByOnsetAlsoAcrossALongClosureOfOneEye) {
  MadeTrace right, left;
  right.duration_s = left.duration_s = 20.0;
  right.blinks = {MadeBlink{2.0, 1.0, 0.1, 14.0, 0.2}};
  for (int i = 0; i < 5; ++i) left.blinks.push_back(MadeBlink{3.0 + 2.0 * i});
  const std::vector<Blink> blinks = find_blinks(rows_of(right, left, 0.01));
  ASSERT_EQ(blinks.size(), 6u);
  EXPECT_EQ(blinks[0].eye, Eye::Right);
  for (std::size_t i = 1; i < blinks.size(); ++i) {
    EXPECT_LE(blinks[i - 1].onset_s, blinks[i].onset_s);
  }
}

TEST(BinocularBlinkFinder, DegenerateTraces) {
  EXPECT_TRUE(find_blinks(std::vector<ClosureRow>{}).empty());
  std::vector<ClosureRow> rows = flat_rows(25.0);
  EXPECT_TRUE(find_blinks(rows).empty());
  for (ClosureRow& row : rows) row.fec.left = row.fec.right = kNotAvailable;
  EXPECT_TRUE(find_blinks(rows).empty());
  rows[7].time_s = rows[6].time_s;
  EXPECT_THROW(find_blinks(rows), InputError);
}

}  // namespace
}  // namespace eyelid::closure
