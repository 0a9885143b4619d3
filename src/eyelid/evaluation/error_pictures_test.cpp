// SPDX-License-Identifier: MIT
#include "eyelid/evaluation/error_pictures.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "eyelid/core/error.hpp"
#include "eyelid/video/frame_source.hpp"
#include "temporary_folder.hpp"
#include "text_of_file.hpp"

namespace eyelid::evaluation {
namespace {

namespace fs = std::filesystem;

TEST(ErrorPictures, ShowsPicturesWithErrorsOnly) {
  const testing::TemporaryFolder folder;
  GrayImage image(200, 100);
  for (int y = 0; y < 100; ++y) std::fill_n(image.row(y), 200, std::uint8_t{90});
  AnnotatedPicture picture;
  picture.image = "/some, where/a.png";
  picture.is_complete = true;
  const std::vector<AnnotatedBox> faces = {{{10, 10, 40, 40}}, {{100, 10, 40, 40}}};
  const std::vector<FaceBox> both = {{{10, 10, 40, 40}, 0.9f, {}}, {{100, 10, 40, 40}, 0.8f, {}}};
  const std::vector<FaceBox> wrong = {{{10, 10, 40, 40}, 0.9f, {}}, {{60, 50, 40, 40}, 0.7f, {}}};
  ErrorPictures errors(folder / "errors", {"hog", "hog", "mtcnn"});
  const DetectionMatch good = match_detections(both, faces, 0.5);
  const DetectionMatch bad = match_detections(wrong, faces, 0.5);
  errors.add({picture, image, 0, faces, both, good});
  errors.add({picture, image, 1, faces, wrong, bad});
  errors.finish();
  EXPECT_EQ(errors.pictures_written(), 1u);
  EXPECT_TRUE(fs::is_empty(folder / "errors/hog"));
  const GrayImage shown = video::read_image(folder / "errors/hog-2/0001_a.jpg");
  EXPECT_EQ(shown.width(), 200);
  EXPECT_NE(shown.row(30)[101], 90);  // the outline of the face that was missed
  EXPECT_EQ(testing::text_of_file(folder / "errors/errors.csv"),
            "detector,picture,kind,x,y,width,height,score\n"
            "hog-2,\"/some, where/a.png\",missed,100.00,10.00,40.00,40.00,\n"
            "hog-2,\"/some, where/a.png\",false,60.00,50.00,40.00,40.00,0.7000\n");
}

TEST(ErrorPictures, NeedsAFolder) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "file") << "x";
  EXPECT_THROW(ErrorPictures(folder / "file", {"hog"}), InputError);
}

}  // namespace
}  // namespace eyelid::evaluation
