// SPDX-License-Identifier: MIT
#include "eyelid/detection/hog_face_detector.hpp"

#include <dlib/image_processing/frontal_face_detector.h>
#include <dlib/image_transforms.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

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
std::vector<dlib::rect_detection> found_by_dlib(const GrayImage& image,
                                                unsigned upsampling,
                                                double threshold) {
  dlib::array2d<unsigned char> picture(image.height(), image.width());
  for (int y = 0; y < image.height(); y++) {
    for (int x = 0; x < image.width(); x++) picture[y][x] = image.row(y)[x];
  }
  for (unsigned i = 0; i < upsampling; i++) dlib::pyramid_up(picture);
  static const dlib::frontal_face_detector kDetector = dlib::get_frontal_face_detector();
  dlib::frontal_face_detector detector = kDetector;
  std::vector<dlib::rect_detection> found;
  detector(picture, found, threshold);
  const dlib::pyramid_down<2> pyramid;
  for (auto& face : found) face.rect = pyramid.rect_down(face.rect, upsampling);
  return found;
}

/// The number of faces, each of which dlib must have in the same place.
std::size_t expect_equal_to_dlib(FaceDetector& detector,
                                 const GrayImage& image,
                                 const HogOptions& options) {
  const double threshold =
      0.5 * std::log(options.score_threshold / (1.0 - options.score_threshold));
  const auto expected = found_by_dlib(image, static_cast<unsigned>(options.upsampling), threshold);
  std::vector<FaceBox> faces;
  detector.detect(image, faces);
  EXPECT_EQ(faces.size(), expected.size());
  for (std::size_t i = 0; i < std::min(faces.size(), expected.size()); i++) {  // the best first
    const dlib::rectangle& rect = expected[i].rect;
    EXPECT_EQ(faces[i].box,
              (Rect{static_cast<float>(rect.left()),
                    static_cast<float>(rect.top()),
                    static_cast<float>(rect.width()),
                    static_cast<float>(rect.height())}));
    EXPECT_NEAR(
        faces[i].score, 1.0 / (1.0 + std::exp(-2.0 * expected[i].detection_confidence)), 1e-6);
  }
  return faces.size();
}

TEST(HogFaceDetector, EqualsDlibWithAndWithoutUpsampling) {
  EYELID_SHARED_OR_SKIP(path, "data/eval/dlib_faces/2007_007763.jpg");
  const GrayImage image = video::read_image(path);
  const HogOptions once{.upsampling = 0}, doubled{.upsampling = 1};
  expect_equal_to_dlib(*make_hog_detector(once), image, once);
  EXPECT_GT(expect_equal_to_dlib(*make_hog_detector(doubled), image, doubled), 0u)
      << "this picture's faces are below 80 px: found when it is doubled";
}

/// Blots of all sizes.
GrayImage blots(std::mt19937& random, int width, int height) {
  const auto below = [&](int count) {
    return static_cast<int>(random() % static_cast<unsigned>(count));
  };
  GrayImage image(width, height);
  for (int y = 0; y < height; y++) std::fill_n(image.row(y), width, std::uint8_t{128});
  for (int blot = 0; blot < 300; blot++) {
    const int across = 4 + below(40), down = 4 + below(30), shade = below(256);
    const int left = below(width), top = below(height);
    for (int y = top; y < std::min(top + down, height); y++) {
      for (int x = left; x < std::min(left + across, width); x++) {
        image.row(y)[x] = static_cast<std::uint8_t>((image.row(y)[x] + shade) / 2);
      }
    }
  }
  return image;
}

TEST(HogFaceDetector, EqualsDlibOnWhatLooksALittleLikeFaces) {
  // Under a threshold that no face would need; one detector for pictures of changing sizes, some of
  // them as large as one before, or too small for a window.
  const HogOptions options{.score_threshold = 0.002f};
  const auto detector = make_hog_detector(options);
  std::mt19937 random(4);
  std::size_t found = 0;
  for (const auto& [width, height] :
       {std::pair(161, 150), {320, 240}, {40, 30}, {161, 150}, {403, 171}, {5, 4}, {320, 240}}) {
    found += expect_equal_to_dlib(*detector, blots(random, width, height), options);
  }
  EXPECT_GT(found, 20u);
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
