// SPDX-License-Identifier: MIT
#include "training/landmarks/detector_starts.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

namespace eyelid::training {
namespace {

/// Says where the eyes are in a face that fills the box of every view it is shown, with an error.
class KnowingDetector final : public detection::FaceDetector {
 public:
  explicit KnowingDetector(bool has_keypoints) : has_keypoints_(has_keypoints) {}
  std::string_view name() const override { return "blazeface"; }
  void detect(const FrameView& frame, std::vector<FaceBox>& faces) override {
    faces.clear();
    EXPECT_EQ(frame.width, DetectorStarts::kViewSize);
    // A bright square on a dark ground: its bounds are the face.
    int left = frame.width, top = frame.height, right = 0, bottom = 0;
    for (int y = 0; y < frame.height; ++y) {
      for (int x = 0; x < frame.width; ++x) {
        if (frame.row(y)[x] < 128) continue;
        left = std::min(left, x), right = std::max(right, x);
        top = std::min(top, y), bottom = std::max(bottom, y);
      }
    }
    if (right <= left) return;
    FaceBox face;
    face.score = 1.0f;
    face.box = {static_cast<float>(left),
                static_cast<float>(top),
                static_cast<float>(right - left),
                static_cast<float>(bottom - top)};
    if (has_keypoints_) {
      face.keypoints.emplace();
      const Point middle = face.box.center();
      (*face.keypoints)[0] = middle - Point{0.25f * face.box.width, 0.0f};
      (*face.keypoints)[1] = middle + Point{0.25f * face.box.width, 0.0f};
    }
    faces.push_back(face);
  }
  std::unique_ptr<FaceDetector> clone() const override {
    return std::make_unique<KnowingDetector>(has_keypoints_);
  }

 private:
  bool has_keypoints_;
};

// A bright square of 100 px round (200, 150).
TrainingFace square_face() {
  TrainingFace face;
  face.image = GrayImage(400, 300);
  for (int y = 0; y < 300; ++y) {
    for (int x = 0; x < 400; ++x) {
      face.image.row(y)[x] = std::abs(x - 200) <= 50 && std::abs(y - 150) <= 50 ? 220 : 20;
    }
  }
  face.hull = {150.0f, 105.0f, 93.5f, 93.5f};
  return face;
}

TEST(DetectorStarts, LieInTheImageWhereTheDetectorSawThemInItsView) {
  const TrainingFace face = square_face();
  DetectorStarts starts{KnowingDetector(true)};
  synthesis::Random random(5, 1);
  int found = 0;
  for (int i = 0; i < 40; ++i) {
    const auto eyes = starts.find(face, random);
    if (!eyes) continue;  // so degraded that nothing is left
    ++found;
    // Roll widens the square that the detector sees; the middle stays.
    const Point middle = ((*eyes)[0] + (*eyes)[1]) * 0.5f;
    EXPECT_LT(distance(middle, {200.0f, 150.0f}), 8.0f);
    EXPECT_NEAR(distance((*eyes)[0], (*eyes)[1]), 52.0f, 16.0f);
    EXPECT_LT((*eyes)[0].x, (*eyes)[1].x);
  }
  EXPECT_GE(found, 25);
}

TEST(DetectorStarts, AreTheSameForTheSameRandomNumbers) {
  const TrainingFace face = square_face();
  DetectorStarts one{KnowingDetector(true)};
  DetectorStarts other{KnowingDetector(true)};
  synthesis::Random random(5, 1), again(5, 1);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(one.find(face, random), other.find(face, again));
}

TEST(DetectorStarts, AreNoneWithoutKeypointsOrFace) {
  synthesis::Random random(5, 1);
  DetectorStarts without{KnowingDetector(false)};
  EXPECT_FALSE(without.find(square_face(), random));
  TrainingFace elsewhere = square_face();
  elsewhere.hull = {10.0f, 10.0f, 40.0f, 40.0f};
  DetectorStarts starts{KnowingDetector(true)};
  EXPECT_FALSE(starts.find(elsewhere, random));
}

}  // namespace
}  // namespace eyelid::training
