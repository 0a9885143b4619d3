// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/cut_face.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <random>

#include "eyelid/pipeline/frames_in_memory_testing.hpp"
#include "eyelid/pipeline/live_tracker.hpp"
#include "eyelid/pipeline/rendered_face_testing.hpp"
#include "eyelid/pipeline/setup.hpp"
#include "eyelid/pipeline/tracker.hpp"
#include "eyelid/synthesis/session_renderer.hpp"

namespace eyelid::pipeline {
namespace {

using frames::SideEdge;

constexpr double kStep_s = 0.02;

/// Columns first .. first + width of a picture.
GrayImage cropped(const GrayImage& picture, int first, int width) {
  GrayImage result(width, picture.height());
  for (int y = 0; y < picture.height(); ++y) {
    std::copy_n(picture.row(y) + first, width, result.row(y));
  }
  return result;
}

/// One rendered person at 50 frames per second, seen whole; an edge then cuts the face.
class CutFaceTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const synthesis::SessionRenderer renderer = rendered_face(kStep_s);
    for (std::int64_t frame = 0; frame < renderer.frame_count(); ++frame) {
      renderer.render(frame, faces_.emplace_back());
      truth_.push_back(renderer.truth(frame));
    }
    SetupRequest request;
    request.device = DeviceChoice::Cpu;
    request.landmarks = landmarks::PointCount::SixtyEight;
    setup_ = make_setup(request);
  }
  static void TearDownTestSuite() {
    faces_.clear();
    setup_ = {};
  }

  /// Half of the face at this edge; `more` eye distances of the other half.
  static std::vector<GrayImage> film(SideEdge edge, float more = 0.0f, int step = 1) {
    const Point right = eye_center(truth_[0].eyes.right), left = eye_center(truth_[0].eyes.left);
    const float shift = more * (left.x - right.x) * (edge == SideEdge::Left ? -1.0f : 1.0f);
    const int cut = static_cast<int>(0.5f * (right.x + left.x) + shift);
    std::vector<GrayImage> film;
    for (std::size_t i = 0; i < faces_.size(); i += static_cast<std::size_t>(step)) {
      const GrayImage& face = faces_[i];
      film.push_back(edge == SideEdge::Left ? cropped(face, cut, face.width() - cut)
                                            : cropped(face, 0, cut));
    }
    return film;
  }
  static std::optional<SideEdge> find(const std::vector<GrayImage>& film) {
    PictureSample sample;
    for (const GrayImage& picture : film) sample.consider(picture);
    return find_cut_edge(sample, *setup_.detector, setup_.models);
  }
  static std::vector<FrameMeasurement> track(const std::vector<GrayImage>& film,
                                             SideEdge edge,
                                             int threads = 1) {
    TrackerOptions options;
    options.cut_edge = edge;
    options.threads = threads;
    options.points = landmarks::PointCount::SixtyEight;
    FramesInMemory source(film, kStep_s);
    Tracker tracker(setup_.detector->clone(), setup_.models, options);
    std::vector<FrameMeasurement> measured;
    tracker.run(source, [&](const FrameMeasurement& m) { measured.push_back(m); });
    return measured;
  }

  /// Of films of the right edge: the left eye is never measured.
  static void expect_same(const std::vector<FrameMeasurement>& measured,
                          const std::vector<FrameMeasurement>& expected) {
    ASSERT_EQ(measured.size(), expected.size());
    for (std::size_t i = 0; i < measured.size(); ++i) {
      SCOPED_TRACE(i);
      EXPECT_EQ(measured[i].eyes, expected[i].eyes);
      EXPECT_EQ(measured[i].trusted_eyes, expected[i].trusted_eyes);
      EXPECT_EQ(measured[i].ear.right, expected[i].ear.right);
      EXPECT_TRUE(std::isnan(measured[i].ear.left));
    }
  }

  /// RMSE of FEC by the levels that fit best, over the frames with an EAR.
  static double fec_error(const std::vector<FrameMeasurement>& measured, Eye eye) {
    double n = 0, x = 0, y = 0, xx = 0, xy = 0, yy = 0;
    for (std::size_t i = 0; i < measured.size(); ++i) {
      const double ear = measured[i].ear[eye], fec = truth_[i].fec[eye];
      if (!std::isfinite(ear)) continue;
      n += 1, x += ear, y += fec, xx += ear * ear, xy += ear * fec, yy += fec * fec;
    }
    const double covariance = n * xy - x * y;
    return std::sqrt(((n * yy - y * y) - covariance * covariance / (n * xx - x * x)) / (n * n));
  }

  inline static std::vector<GrayImage> faces_;
  inline static std::vector<synthesis::FrameTruth> truth_;
  inline static pipeline::Setup setup_;
};

TEST_F(CutFaceTest, TheEyeInViewIsMeasuredAndTheOtherNever) {
  for (const SideEdge edge : {SideEdge::Left, SideEdge::Right}) {
    for (const float more : {-0.15f, 0.0f, 0.2f}) {
      SCOPED_TRACE(name_of(edge) + std::to_string(more));
      const std::vector<GrayImage> half = film(edge, more);
      const Eye seen = other(eye_beyond(edge));
      const std::vector<FrameMeasurement> measured = track(half, edge);
      ASSERT_EQ(measured.size(), half.size());
      std::size_t count = 0;
      for (const FrameMeasurement& m : measured) {
        count += m.trusted_eyes[seen];
        EXPECT_FALSE(m.trusted_eyes[other(seen)]) << m.frame;
        EXPECT_FALSE(std::isfinite(m.ear[other(seen)])) << m.frame;
        if (!m.trusted_eyes[seen]) continue;
        EXPECT_LT(distance((*m.eyes)[seen][0], (*m.face_points)[seen == Eye::Right ? 36 : 42]),
                  1e-6f);
      }
      EXPECT_GE(20 * count, 19 * measured.size());
      EXPECT_LT(fec_error(measured, seen), 0.08);
    }
  }
}

TEST_F(CutFaceTest, TheEdgeIsFoundByItself) {
  for (const SideEdge edge : {SideEdge::Left, SideEdge::Right}) {
    EXPECT_EQ(find(film(edge, 0.0f, 8)), edge);
  }
}

TEST_F(CutFaceTest, NoEdgeIsFoundWhereItCutsNoFace) {
  std::vector<GrayImage> whole, background, patterns;
  std::mt19937 random(5);
  for (std::size_t i = 0; i < faces_.size(); i += 8) {
    whole.push_back(faces_[i].copy());
    background.push_back(cropped(faces_[i], 0, 120));
    GrayImage& blocks = patterns.emplace_back(320, 240);
    for (int y = 0; y < blocks.height(); ++y) {
      for (int x = 0; x < blocks.width(); ++x) {
        const bool is_new = x % 20 == 0 && y % 20 == 0;
        blocks.row(y)[x] = is_new        ? static_cast<std::uint8_t>(random())
                           : x % 20 == 0 ? blocks.row(y - 1)[x]
                                         : blocks.row(y)[x - 1];
      }
    }
  }
  EXPECT_FALSE(find(whole));
  EXPECT_FALSE(find(background));
  EXPECT_FALSE(find(patterns));
  EXPECT_FALSE(find({}));
}

TEST_F(CutFaceTest, AWholeFaceIsMeasuredAsWithoutAnEdge) {
  const std::vector<GrayImage> film = [] {
    std::vector<GrayImage> few;
    for (std::size_t i = 0; i < faces_.size(); i += 10) few.push_back(faces_[i].copy());
    return few;
  }();
  FrameMeasurer plain(setup_.detector->clone(), setup_.models, landmarks::PointCount::SixtyEight);
  const std::vector<FrameMeasurement> measured = track(film, SideEdge::Left);
  std::vector<FaceBox> faces;
  for (std::size_t i = 0; i < film.size(); ++i) {
    plain.detect(film[i], faces);
    const FrameMeasurement expected = plain.locate(film[i], faces.at(0));
    EXPECT_EQ(measured[i].trusted_eyes, expected.trusted_eyes);
    EXPECT_EQ(measured[i].eyes, expected.eyes);
    EXPECT_EQ(measured[i].ear, expected.ear);
  }
}

TEST_F(CutFaceTest, ThreadsGiveTheSame) {
  const std::vector<GrayImage> half = film(SideEdge::Right, 0.0f, 4);
  expect_same(track(half, SideEdge::Right, 3), track(half, SideEdge::Right));
}

TEST_F(CutFaceTest, ARunningCameraGivesTheSame) {
  const std::vector<GrayImage> half = film(SideEdge::Right, 0.0f, 4);
  LiveOptions options;
  options.points = landmarks::PointCount::SixtyEight;
  options.cut_edge = SideEdge::Right;
  std::vector<FrameMeasurement> live;
  LiveTracker tracker(*setup_.detector, setup_.models, options, [&](const LiveFrame& frame) {
    live.push_back(frame.measured);
  });
  for (std::size_t i = 0; i < half.size(); ++i) {
    const auto frame = static_cast<std::int64_t>(i);
    tracker.process(0, frame, half[i], kStep_s * static_cast<double>(i));
  }
  expect_same(live, track(half, SideEdge::Right));
}

}  // namespace
}  // namespace eyelid::pipeline
