// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/close_up_tracker.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "eyelid/core/error.hpp"
#include "eyelid/landmarks/patch.hpp"
#include "eyelid/pipeline/frames_in_memory_testing.hpp"
#include "eyelid/pipeline/rendered_face_testing.hpp"
#include "eyelid/pipeline/setup.hpp"
#include "eyelid/synthesis/session_renderer.hpp"

namespace eyelid::pipeline {
namespace {

constexpr int kWidth = 320;
constexpr int kHeight = 240;
constexpr double kStep_s = 0.02;

/// The surroundings of `middle`, `width_px` of `picture` on a whole picture of its own.
GrayImage close_up(const GrayImage& picture, Point middle, float width_px) {
  const float scale = width_px / static_cast<float>(kWidth);
  const landmarks::PatchSize size{kWidth, kHeight};
  const Point corner = middle - size.middle() * scale;
  GrayImage result;
  landmarks::PatchCutter().cut(picture, {{scale, 0.0f, corner.x, corner.y}, size}, result);
  return result;
}

/// One rendered person at 50 frames per second, seen whole; close-ups are cut from it. The drawn
/// eyes do not tell right from left: tests say which.
class CloseUpTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const synthesis::SessionRenderer renderer = rendered_face(kStep_s);
    for (std::int64_t frame = 0; frame < renderer.frame_count(); ++frame) {
      renderer.render(frame, faces_.emplace_back());
      truth_.push_back(renderer.truth(frame));
    }
    SetupRequest request;
    request.device = DeviceChoice::Cpu;
    models_ = make_setup(request).models;
  }
  static void TearDownTestSuite() {
    faces_.clear();
    models_.reset();
  }

  static std::vector<GrayImage> film_of(Eye eye, float width_in_eyes) {
    const EyePoints& lids = truth_[0].eyes[eye];
    const float width = width_in_eyes * distance(lids[0], lids[3]);
    std::vector<GrayImage> film;
    for (const GrayImage& face : faces_) film.push_back(close_up(face, eye_center(lids), width));
    return film;
  }
  static std::vector<GrayImage> film_at(Point middle, float width) {
    std::vector<GrayImage> film;
    for (std::size_t i = 0; i < faces_.size(); i += 8) {
      film.push_back(close_up(faces_[i], middle, width));
    }
    return film;
  }
  static std::optional<CloseUpEye> find(const std::vector<GrayImage>& film,
                                        std::optional<Eye> eye = {}) {
    PictureSample sample;
    for (const GrayImage& picture : film) sample.consider(picture);
    return find_close_up(sample, models_, eye);
  }
  static std::vector<FrameMeasurement> track(const std::vector<GrayImage>& film,
                                             const CloseUpEye& eye) {
    FramesInMemory source(film, kStep_s);
    CloseUpTracker tracker(models_, eye, landmarks::PointCount::Twelve);
    std::vector<FrameMeasurement> measured;
    tracker.run(source, [&](const FrameMeasurement& m) { measured.push_back(m); });
    return measured;
  }

  /// RMSE of FEC by the levels that fit best, over the frames with an EAR.
  static double fec_error(const std::vector<FrameMeasurement>& measured, Eye eye) {
    double n = 0, x = 0, y = 0, xx = 0, xy = 0;
    for (std::size_t i = 0; i < measured.size(); ++i) {
      const double ear = measured[i].ear[eye], fec = truth_[i].fec[eye];
      if (!std::isfinite(ear)) continue;
      n += 1, x += ear, y += fec, xx += ear * ear, xy += ear * fec;
    }
    const double slope = (n * xy - x * y) / (n * xx - x * x), offset = (y - slope * x) / n;
    double sum = 0;
    for (std::size_t i = 0; i < measured.size(); ++i) {
      const double ear = measured[i].ear[eye];
      if (!std::isfinite(ear)) continue;
      const double error = offset + slope * ear - static_cast<double>(truth_[i].fec[eye]);
      sum += error * error;
    }
    return std::sqrt(sum / n);
  }

  inline static std::vector<GrayImage> faces_;
  inline static std::vector<synthesis::FrameTruth> truth_;
  inline static std::shared_ptr<const landmarks::LandmarkModels> models_;
};

TEST_F(CloseUpTest, EachEyeIsFoundAndItsClosureIsThatOfTheTruth) {
  for (const Eye eye : kEyes) {
    SCOPED_TRACE(name_of(eye));
    const std::vector<GrayImage> film = film_of(eye, 1.7f);
    const auto found = find(film, eye);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->eye, eye);
    EXPECT_NEAR(found->box.width, kWidth / 1.7f, 0.15f * kWidth);
    EXPECT_NEAR(found->box.center().x, 0.5f * kWidth, 0.06f * kWidth);
    EXPECT_NEAR(found->box.center().y, 0.5f * kHeight, 0.1f * kHeight);

    const std::vector<FrameMeasurement> measured = track(film, *found);
    ASSERT_EQ(measured.size(), film.size());
    for (const FrameMeasurement& m : measured) {
      EXPECT_TRUE(m.trusted_eyes[eye]) << m.frame;
      EXPECT_FALSE(m.trusted_eyes[other(eye)]) << m.frame;
      EXPECT_FALSE(m.face) << m.frame;
      EXPECT_FALSE(std::isfinite(m.ear[other(eye)])) << m.frame;
    }
    EXPECT_LT(fec_error(measured, eye), 0.06);
  }
}

TEST_F(CloseUpTest, AGivenBoxNeedNotBeExact) {
  const std::vector<GrayImage> film = film_of(Eye::Right, 1.7f);
  const auto found = find(film, Eye::Right);
  ASSERT_TRUE(found);
  const std::vector<FrameMeasurement> exact = track(film, {Eye::Right, found->box});
  Rect rough = found->box;
  rough.x -= 0.1f * rough.width;
  rough.y += 0.08f * rough.width;
  rough.width *= 1.12f;
  const std::vector<FrameMeasurement> measured = track(film, {Eye::Right, rough});
  for (std::size_t i = 1; i < film.size(); ++i) {
    EXPECT_NEAR(measured[i].ear.right, exact[i].ear.right, 0.04f) << i;
  }
}

TEST_F(CloseUpTest, WhatIsNoEyeCloseUpIsNotFound) {
  const EyeLandmarks& eyes = truth_[0].eyes;
  const Point right = eye_center(eyes.right), left = eye_center(eyes.left);
  const float apart = distance(right, left);
  const Point between = (right + left) * 0.5f;
  EXPECT_FALSE(find(film_at(between + Point{0.0f, 1.1f * apart}, 1.2f * apart))) << "mouth";
  EXPECT_FALSE(find(film_at(between + Point{0.0f, 0.55f * apart}, 0.9f * apart))) << "nose";
  EXPECT_FALSE(find(film_at({70.0f, 70.0f}, 140.0f))) << "background";
  EXPECT_FALSE(find(film_at({320.0f, 240.0f}, 640.0f))) << "the whole face";
}

TEST_F(CloseUpTest, ABoxBesideThePictureIsRefused) {
  const std::vector<GrayImage> film = film_of(Eye::Right, 1.7f);
  EXPECT_THROW(track(film, {Eye::Right, {kWidth, 20.0f, 100.0f, 40.0f}}), InputError);
}

TEST(PictureSample, IsSpreadEvenlyHoweverLongTheRecording) {
  for (const int frames : {7, 32, 33, 100, 1000}) {
    PictureSample sample;
    GrayImage picture(16, 8);
    for (int i = 0; i < frames; ++i) {
      for (int y = 0; y < 8; ++y) std::fill_n(picture.row(y), 16, static_cast<std::uint8_t>(i / 4));
      sample.consider(picture);
    }
    const std::vector<GrayImage>& kept = sample.pictures();
    EXPECT_LE(kept.size(), PictureSample::kMaxPictures);
    EXPECT_GE(kept.size(), std::min<std::size_t>(static_cast<std::size_t>(frames), 16));
    const std::size_t step = (static_cast<std::size_t>(frames) - 1) / kept.size() + 1;
    for (std::size_t k = 0; k < kept.size() && frames > 32; ++k) {
      const std::size_t power = step <= 2 ? 2 : step <= 4 ? 4 : 32;
      EXPECT_EQ(kept[k].row(0)[0], static_cast<std::uint8_t>(k * power / 4)) << frames;
    }
  }
}

}  // namespace
}  // namespace eyelid::pipeline
