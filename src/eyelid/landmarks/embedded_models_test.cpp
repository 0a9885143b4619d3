// SPDX-License-Identifier: MIT
//
// The embedded models on annotated photographs. Those are training pictures: what is tested is that
// models, patches, mirroring and bounds belong together; accuracy is measured elsewhere, on others.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "eyelid/landmarks/embedded_landmark_models_testing.hpp"
#include "eyelid/landmarks/eye_landmarker.hpp"
#include "eyelid/landmarks/face_following.hpp"
#include "eyelid/landmarks/plausibility.hpp"
#include "eyelid/video/frame_source.hpp"
#include "shared_data.hpp"

namespace eyelid::landmarks {
namespace {

struct Photograph {
  GrayImage image;
  FaceLandmarks truth;
};

FaceLandmarks read_points(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  std::istringstream numbers(text.str().substr(text.str().find('{') + 1));
  FaceLandmarks points;
  for (Point& p : points) {
    numbers >> p.x >> p.y;
    p = p - Point{1.0f, 1.0f};  // files count pixels from 1
  }
  return points;
}

std::vector<Photograph> read_photographs(const std::filesystem::path& folder, std::size_t step) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".jpg") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<Photograph> result;
  for (std::size_t i = 0; i < files.size(); i += step) {
    auto points = files[i];
    result.push_back({video::read_image(files[i]), read_points(points.replace_extension(".pts"))});
  }
  return result;
}

EyeLandmarks eyes_of(const FaceLandmarks& points) {
  EyeLandmarks eyes;
  std::copy_n(points.begin() + kRightEyeBegin, 6, eyes.right.begin());
  std::copy_n(points.begin() + kLeftEyeBegin, 6, eyes.left.begin());
  return eyes;
}

// Mean distance of the lid points over the distance of the outer corners.
float lid_error(const EyeLandmarks& found, const EyeLandmarks& truth) {
  float sum = 0.0f;
  for (std::size_t i = 0; i < 6; ++i) {
    sum += distance(found.right[i], truth.right[i]) + distance(found.left[i], truth.left[i]);
  }
  return sum / 12.0f / distance(truth.right[0], truth.left[3]);
}

FaceBox true_face(const FaceLandmarks& truth) {
  return carry_face({{}, 1.0f, std::nullopt}, eyes_of(truth));
}

TEST(EmbeddedLandmarks, FindTheLidsOfAnnotatedFaces) {
  EYELID_SHARED_OR_SKIP(folder, "data/train/helen");
  EyeLandmarker landmarker(embedded_landmark_models());
  float with_keypoints = 0.0f;
  float box_only = 0.0f;
  int trusted = 0;
  const auto photographs = read_photographs(folder, 25);
  for (const Photograph& photograph : photographs) {
    const EyeLandmarks truth = eyes_of(photograph.truth);
    FaceBox face = true_face(photograph.truth);
    const FacePoints found = landmarker.locate(photograph.image, face, PointCount::SixtyEight);
    trusted += found.is_trustworthy() ? 1 : 0;
    with_keypoints += lid_error(found.eyes, truth);
    face.keypoints.reset();
    const FacePoints from_box = landmarker.locate(photograph.image, face, PointCount::Twelve);
    box_only += lid_error(from_box.eyes, truth);
  }
  const auto count = static_cast<float>(photographs.size());
  RecordProperty("with_keypoints", std::to_string(with_keypoints / count));
  RecordProperty("box_only", std::to_string(box_only / count));
  RecordProperty("trusted", trusted);
  EXPECT_LT(with_keypoints / count, 0.025f);
  EXPECT_LT(box_only / count, 0.03f);
  EXPECT_GE(static_cast<float>(trusted), 0.97f * count);
}

TEST(EmbeddedLandmarks, MirroredFacesGiveMirroredPoints) {
  EYELID_SHARED_OR_SKIP(folder, "data/train/helen");
  EyeLandmarker landmarker(embedded_landmark_models());
  for (const Photograph& photograph : read_photographs(folder, 150)) {
    const GrayImage& image = photograph.image;
    GrayImage mirrored(image.width(), image.height());
    for (int y = 0; y < image.height(); ++y) {
      std::reverse_copy(image.row(y), image.row(y) + image.width(), mirrored.row(y));
    }
    const EyeLandmarks truth = eyes_of(photograph.truth);
    const auto mirror = [&](Point p) {
      return Point{static_cast<float>(image.width() - 1) - p.x, p.y};
    };
    FacePoints swapped;
    constexpr std::size_t kMirror[] = {3, 2, 1, 0, 5, 4};
    for (std::size_t i = 0; i < 6; ++i) {
      swapped.eyes.right[i] = mirror(truth.left[kMirror[i]]);
      swapped.eyes.left[i] = mirror(truth.right[kMirror[i]]);
    }
    const FaceBox face = carry_face({{}, 1.0f, std::nullopt}, swapped.eyes);
    const auto found = landmarker.locate(mirrored, face, PointCount::Twelve);
    EXPECT_LT(lid_error(found.eyes, swapped.eyes), 0.05f);
  }
}

TEST(EmbeddedLandmarks, CarriedFacesRestOnRestingFaces) {
  EYELID_SHARED_OR_SKIP(folder, "data/train/helen");
  EyeLandmarker landmarker(embedded_landmark_models());
  for (const Photograph& photograph : read_photographs(folder, 60)) {
    const EyeLandmarks truth = eyes_of(photograph.truth);
    FaceBox face = true_face(photograph.truth);
    FacePoints found;
    for (int i = 0; i < 60; ++i) {
      found = landmarker.locate(photograph.image, face, PointCount::Twelve);
      face = carry_face(face, found.eyes);
    }
    EXPECT_LT(lid_error(found.eyes, truth), 0.08f);
  }
}

}  // namespace
}  // namespace eyelid::landmarks
