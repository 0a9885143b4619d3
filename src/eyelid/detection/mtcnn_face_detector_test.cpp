// SPDX-License-Identifier: MIT
#include "eyelid/detection/mtcnn_face_detector.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/video/frame_source.hpp"
#include "random_mtcnn.hpp"
#include "shared_data.hpp"

namespace eyelid::detection {
namespace {

using Key = FaceKeypoint;
std::size_t index_of(Key key) { return static_cast<std::size_t>(key); }

/// left, top, right, bottom, score, then x and y of five points: facenet-pytorch 2.6.0 on the gray
/// picture (benchmarks/accuracy/same_faces.py compares whole data sets).
using Row = std::array<float, 15>;
struct Picture {
  const char* file;
  std::vector<Row> faces;
};
const Picture kPictures[] = {{"models/1face.png",
                              {{43.511f,
                                31.161f,
                                62.892f,
                                56.875f,
                                1.000f,
                                50.052f,
                                40.594f,
                                59.528f,
                                40.769f,
                                55.762f,
                                45.854f,
                                50.851f,
                                50.862f,
                                58.306f,
                                51.055f}}},
                             {"models/3faces.png",
                              {{11.768f,
                                40.210f,
                                27.441f,
                                59.816f,
                                0.999f,
                                17.756f,
                                47.980f,
                                25.211f,
                                48.057f,
                                22.365f,
                                53.028f,
                                18.318f,
                                55.917f,
                                24.788f,
                                56.071f}}}};

TEST(MtcnnFaceDetector, GivesTheBoxesAndPointsOfFacenetPytorch) {
  EYELID_SHARED_OR_SKIP(model, "models/pnet.pt");
  const auto detector = make_mtcnn_detector(networks::load_mtcnn(model));
  EXPECT_EQ(detector->name(), "mtcnn");
  std::vector<FaceBox> faces;
  for (const Picture& picture : kPictures) {
    EYELID_SHARED_OR_SKIP(path, picture.file);
    detector->detect(video::read_image(path), faces);
    ASSERT_GE(faces.size(), picture.faces.size()) << picture.file;
    for (std::size_t i = 0; i < picture.faces.size(); i++) {
      const FaceBox& face = faces[i];
      const Row& row = picture.faces[i];
      // Our gray and Pillow's differ by a level here and there.
      EXPECT_NEAR(face.box.x, row[0], 1.0f);
      EXPECT_NEAR(face.box.y, row[1], 1.0f);
      EXPECT_NEAR(face.box.right(), row[2], 1.0f);
      EXPECT_NEAR(face.box.bottom(), row[3], 1.0f);
      EXPECT_NEAR(face.score, row[4], 0.01f);
      const Point right_eye = (*face.keypoints)[index_of(Key::RightEye)];
      const Point left_eye = (*face.keypoints)[index_of(Key::LeftEye)];
      EXPECT_LT(distance(right_eye, {row[5], row[6]}), 1.0f) << "the subject's, on the left";
      EXPECT_LT(distance(left_eye, {row[7], row[8]}), 1.0f);
      EXPECT_LT(distance((*face.mouth_corners)[1], {row[13], row[14]}), 1.0f);
      EXPECT_TRUE(std::isnan((*face.keypoints)[index_of(Key::LeftEar)].x));
    }
  }
}

TEST(MtcnnFaceDetector, TakesFramesOfAnySizeAndRepeatsItself) {
  MtcnnOptions easy;
  easy.thresholds = {0.05f, 0.05f, 0.05f};  // so that all three networks have work
  const auto weights = networks::pack_mtcnn(networks::random_mtcnn(5));
  const auto detector = make_mtcnn_detector(weights, easy);
  std::mt19937 random(3);
  std::size_t found = 0;
  for (const auto& [width, height] :
       {std::pair(1, 1), {3, 200}, {19, 19}, {20, 20}, {21, 60}, {97, 33}, {64, 48}, {20, 20}}) {
    GrayImage image(width, height);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) image.row(y)[x] = static_cast<std::uint8_t>(random());
    }
    std::vector<FaceBox> first, second;
    detector->detect(image, first);
    detector->clone()->detect(image, second);
    ASSERT_EQ(first.size(), second.size());
    for (std::size_t i = 0; i < first.size(); i++) {
      EXPECT_EQ(first[i].box, second[i].box);
      EXPECT_TRUE(i == 0 || first[i].score <= first[i - 1].score) << "highest score first";
    }
    if (std::min(width, height) < 20) {
      EXPECT_TRUE(first.empty()) << width << "x" << height;
    }
    found += first.size();
  }
  EXPECT_GT(found, 0u);
  EXPECT_THROW(make_mtcnn_detector(weights, {.min_face_px = 5.0f}), ContractError);
}

}  // namespace
}  // namespace eyelid::detection
