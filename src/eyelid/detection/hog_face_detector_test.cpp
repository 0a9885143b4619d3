// SPDX-License-Identifier: MIT
#include "eyelid/detection/hog_face_detector.hpp"

#include <dlib/image_processing/frontal_face_detector.h>
#include <dlib/image_transforms.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "eyelid/core/error.hpp"
#include "eyelid/video/frame_source.hpp"
#include "shared_data.hpp"

namespace eyelid::detection {
namespace {

TEST(HogFaceDetector, FindsNothingInNoiseAndFlatPictures) {
  const auto detector = make_hog_detector();
  EXPECT_EQ(detector->name(), "hog");
  std::vector<FaceBox> faces(3);
  std::mt19937 random(3);
  for (const auto& [width, height] : {std::pair(1, 1), {3, 2}, {50, 50}, {80, 81}, {320, 240}}) {
    GrayImage image(width, height);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) image.row(y)[x] = static_cast<std::uint8_t>(random());
    }
    detector->detect(image, faces);
    EXPECT_TRUE(faces.empty()) << width << "x" << height;
  }
}

/// dlib called as its own programs do, on a picture of its own type.
std::vector<dlib::rect_detection> found_by_dlib(const GrayImage& image, unsigned upsampling) {
  dlib::array2d<unsigned char> picture(image.height(), image.width());
  for (int y = 0; y < image.height(); y++) {
    for (int x = 0; x < image.width(); x++) picture[y][x] = image.row(y)[x];
  }
  for (unsigned i = 0; i < upsampling; i++) dlib::pyramid_up(picture);
  auto detector = dlib::get_frontal_face_detector();
  std::vector<dlib::rect_detection> found;
  detector(picture, found, 0.0);
  const dlib::pyramid_down<2> pyramid;
  for (auto& face : found) face.rect = pyramid.rect_down(face.rect, upsampling);
  return found;
}

TEST(HogFaceDetector, EqualsDlibWithAndWithoutUpsampling) {
  EYELID_SHARED_OR_SKIP(path, "data/eval/dlib_faces/2007_007763.jpg");
  const GrayImage image = video::read_image(path);
  std::size_t most = 0;
  for (const int upsampling : {0, 1}) {
    const auto expected = found_by_dlib(image, static_cast<unsigned>(upsampling));
    std::vector<FaceBox> faces;
    make_hog_detector({.upsampling = upsampling})->detect(image, faces);
    ASSERT_EQ(faces.size(), expected.size()) << upsampling;
    for (std::size_t i = 0; i < faces.size(); i++) {  // dlib gives the best first as well
      const dlib::rectangle& rect = expected[i].rect;
      EXPECT_EQ(faces[i].box,
                (Rect{static_cast<float>(rect.left()),
                      static_cast<float>(rect.top()),
                      static_cast<float>(rect.width()),
                      static_cast<float>(rect.height())}));
      EXPECT_NEAR(
          faces[i].score, 1.0 / (1.0 + std::exp(-2.0 * expected[i].detection_confidence)), 1e-6);
    }
    most = faces.size();
  }
  EXPECT_GT(most, 0u) << "this picture's faces are below 80 px: found when it is doubled";
}

TEST(HogFaceDetector, RefusesToUpsampleBeyondTheLargestPicture) {
  GrayImage image(4000, 3000);
  std::vector<FaceBox> faces;
  EXPECT_THROW(make_hog_detector({.upsampling = 2})->detect(image, faces), InputError);
  EXPECT_THROW(make_hog_detector({.upsampling = 4})->detect(image, faces), InputError);
}

TEST(HogFaceDetector, RefusesSenselessOptions) {
  EXPECT_THROW(make_hog_detector({.score_threshold = 1.0f}), ContractError);
  EXPECT_THROW(make_hog_detector({.upsampling = -1}), ContractError);
}

}  // namespace
}  // namespace eyelid::detection
