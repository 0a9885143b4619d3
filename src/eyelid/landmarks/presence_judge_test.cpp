// SPDX-License-Identifier: MIT
#include "eyelid/landmarks/presence_judge.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "eyelid/landmarks/random_shape_model.hpp"

namespace eyelid::landmarks {
namespace {

GrayImage patch_of(double mean, double deviation, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> noise(mean, deviation);
  GrayImage patch(kPresencePatch.width, kPresencePatch.height);
  for (int y = 0; y < patch.height(); ++y) {
    for (int x = 0; x < patch.width(); ++x) {
      patch.row(y)[x] = static_cast<std::uint8_t>(std::clamp(noise(random), 0.0, 255.0));
    }
  }
  return patch;
}

double mean_of(const GrayImage& patch) {
  double sum = 0.0;
  for (int y = 0; y < patch.height(); ++y) {
    for (int x = 0; x < patch.width(); ++x) sum += patch.row(y)[x];
  }
  return sum / (patch.width() * patch.height());
}

double deviation_of(const GrayImage& patch) {
  const double mean = mean_of(patch);
  double sum = 0.0;
  for (int y = 0; y < patch.height(); ++y) {
    for (int x = 0; x < patch.width(); ++x) {
      sum += (patch.row(y)[x] - mean) * (patch.row(y)[x] - mean);
    }
  }
  return std::sqrt(sum / (patch.width() * patch.height()));
}

TEST(EvenLight, BringsDarkAndPalePatchesToOneLight) {
  for (const double mean : {20.0, 90.0, 200.0}) {
    for (const double deviation : {4.0, 12.0, 25.0}) {
      GrayImage patch = patch_of(mean, std::min(deviation, mean / 3.0), 1);
      even_light(patch);
      EXPECT_NEAR(mean_of(patch), 128.0, 2.0) << mean << " " << deviation;
      EXPECT_NEAR(deviation_of(patch), 40.0, 3.0) << mean << " " << deviation;
    }
  }
}

TEST(EvenLight, DoesNotRaiseTheNoiseOfAFlatPatch) {
  GrayImage flat = patch_of(100.0, 0.0, 1);
  even_light(flat);
  EXPECT_EQ(deviation_of(flat), 0.0);
  GrayImage noisy = patch_of(100.0, 1.0, 1);
  even_light(noisy);
  EXPECT_LT(deviation_of(noisy), 20.0);
}

TEST(EvenLight, StaysInRangeAtTheExtremes) {
  GrayImage patch = patch_of(0.0, 0.0, 1);
  patch.row(3)[5] = 255;
  even_light(patch);
  EXPECT_EQ(patch.row(3)[5], 255);
  EXPECT_NEAR(patch.row(0)[0], 128, 6);
}

TEST(EvenLight, TellsACoverOfOneTone) {
  // Tape over a third of the patch, itself not without noise.
  const auto covered = [](int tone, double deviation, double noise_of_tape) {
    GrayImage patch = patch_of(120.0, deviation, 3);
    const GrayImage tape = patch_of(tone, noise_of_tape, 4);
    for (int y = 8; y < 24; ++y) std::copy_n(tape.row(y) + 8, 26, patch.row(y) + 8);
    return even_light(patch);
  };
  for (const int tone : {30, 110, 150}) {
    EXPECT_TRUE(covered(tone, 25.0, 0.0)) << tone;
    EXPECT_TRUE(covered(tone, 25.0, 0.7)) << tone;
  }
  // Its reflection burns out, the shadow of a brow drowns: that happens to eyes.
  EXPECT_FALSE(covered(255, 25.0, 0.0));
  EXPECT_FALSE(covered(220, 25.0, 0.0));  // nothing is brighter: burnt out, as far as one can tell
  EXPECT_FALSE(covered(0, 25.0, 0.0));
  // Structure, as skin and lashes have it.
  EXPECT_FALSE(covered(110, 25.0, 8.0));
  // Too little contrast to tell.
  EXPECT_FALSE(covered(120, 4.0, 0.0));
  GrayImage noise = patch_of(120.0, 25.0, 3);
  EXPECT_FALSE(even_light(noise));
}

// Skin at the upper end of the scale: 255, or 235 in films of limited range, or where a camera
// clips. The codec rings by a level or two.
TEST(EvenLight, BurntOutSkinIsNoCover) {
  for (const int end : {255, 247, 235, 200}) {
    GrayImage patch = patch_of(end - 90.0, 25.0, 3);
    std::mt19937 random(4);
    for (int y = 0; y < patch.height() / 2; ++y) {
      for (int x = 0; x < patch.width(); ++x) {
        const int ringing = static_cast<int>(random() % 5) - 2;
        patch.row(y)[x] = static_cast<std::uint8_t>(std::min(255, end + ringing));
      }
    }
    EXPECT_FALSE(even_light(patch)) << end;
  }
}

TEST(PresenceJudge, SaysNothingOfPointsThatAreNone) {
  const ShapeModel model(random_shape_model({1, 4, 1, 10, 20}, 1), LeafType::F32);
  const GrayImage frame = random_gray_image(64, 48, 1);
  PresenceJudge judge;
  EyeLandmarks eyes;
  eyes.right.fill({20.0f, 20.0f});
  eyes.left.fill({20.0f, 20.0f});
  eyes.left[3] = {NAN, 20.0f};
  const PerEye<float> presence = judge.presence(model, frame, eyes, {true, true});
  EXPECT_TRUE(std::isnan(presence.right));
  EXPECT_TRUE(std::isnan(presence.left));
}

TEST(PresenceJudge, AnswersForEachEyeAsForBoth) {
  const ShapeModel model(random_shape_model({1, 4, 1, 10, 20}, 1), LeafType::F32);
  const GrayImage frame = random_gray_image(64, 48, 1);
  EyeLandmarks eyes;
  for (std::size_t i = 0; i < 6; ++i) {
    eyes.right[i] = {10.0f + 3.0f * static_cast<float>(i % 4), 20.0f};
    eyes.left[i] = {40.0f + 3.0f * static_cast<float>(i % 4), 24.0f};
  }
  PresenceJudge judge;
  const PerEye<float> both = judge.presence(model, frame, eyes, {true, true});
  const PerEye<float> right = judge.presence(model, frame, eyes, {true, false});
  const PerEye<float> left = judge.presence(model, frame, eyes, {false, true});
  EXPECT_EQ(right.right, both.right);
  EXPECT_TRUE(std::isnan(right.left));
  EXPECT_EQ(left.left, both.left);
  EXPECT_TRUE(std::isnan(left.right));
  EXPECT_NE(both.right, both.left);
}

TEST(EyePresence, TwoSupportEachOtherAndOneMustBeSure) {
  for (const float face_score : {0.9f, kUnsureFace - 0.01f}) {
    const PresenceBounds least = presence_bounds(face_score);
    const float mean = least.mean_of_pair;
    EXPECT_TRUE(are_pair_of_eyes({0.6f, least.of_pair}, least));
    EXPECT_FALSE(are_pair_of_eyes({0.6f, least.of_pair - 0.01f}, least));
    EXPECT_TRUE(are_pair_of_eyes({mean + 0.01f, mean}, least));
    EXPECT_FALSE(are_pair_of_eyes({mean - 0.01f, mean}, least));
    EXPECT_FALSE(are_pair_of_eyes({0.6f, kNotAvailable}, least));
    EXPECT_EQ(are_eyes({least.alone, least.alone - 0.01f}, least), (PerEye<bool>{true, false}));
    EXPECT_EQ(are_eyes({kNotAvailable, 1.0f}, least), (PerEye<bool>{false, true}));
  }
}

}  // namespace
}  // namespace eyelid::landmarks
