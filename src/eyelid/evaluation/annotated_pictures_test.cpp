// SPDX-License-Identifier: MIT
#include "eyelid/evaluation/annotated_pictures.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "eyelid/core/error.hpp"
#include "shared_data.hpp"
#include "temporary_folder.hpp"

namespace eyelid::evaluation {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

TEST(AnnotatedPictures, WiderKnowsEveryFaceAndIgnoresInvalidOnes) {
  const testing::TemporaryFolder folder;
  for (const char* name : {"a/1.jpg", "a/2.jpg", "b/3.jpg"}) write(folder / "images" / name, "x");
  write(folder / "wider_face_val_bbx_gt.txt",
        "a/1.jpg\n2\n10 20 30 40 0 0 0 0 0 0\n1 2 3 4 2 0 0 1 2 0\n"
        "a/2.jpg\n0\n0 0 0 0 0 0 0 0 0 0\n"
        "absent.jpg\n1\n5 5 9 9 0 0 0 0 0 0\n"
        "b/3.jpg\n2\n7 8 9 10\n7 8 0 10\n");
  const AnnotatedPictures set = read_annotated_pictures("wider:" + folder.path().string());
  ASSERT_EQ(set.pictures.size(), 3u);
  ASSERT_EQ(set.pictures[0].faces.size(), 1u);
  EXPECT_EQ(*set.pictures[0].faces[0].box, (Rect{10.0f, 20.0f, 30.0f, 40.0f}));
  ASSERT_EQ(set.pictures[0].ignored.size(), 1u);
  EXPECT_TRUE(set.pictures[0].is_complete);
  EXPECT_TRUE(set.pictures[1].faces.empty());
  EXPECT_EQ(set.pictures[2].faces.size(), 1u);
  ASSERT_EQ(set.problems.size(), 1u);
  EXPECT_NE(set.problems[0].find("absent.jpg is absent"), std::string::npos);
}

TEST(AnnotatedPictures, WiderStopsWhereTheListIsDamaged) {
  const testing::TemporaryFolder folder;
  write(folder / "images/1.jpg", "x");
  write(folder / "images/2.jpg", "x");
  const fs::path list = folder / "wider_face_val_bbx_gt.txt";
  const std::string first = "1.jpg\n1\n1 2 3 4 0 0 0 0 0 0\n";
  for (const char* damage : {"2.jpg\nmany\n1 2 3 4\n",
                             "2.jpg\n2\n1 2 3 4\n",
                             "2.jpg\n",
                             "2.jpg\n1\n1 2 3\n",
                             "2.jpg\n1\n1 2 nan 4\n",
                             "2.jpg\n-3\n"}) {
    write(list, first + damage);
    const AnnotatedPictures set = read_annotated_pictures("wider:" + folder.path().string());
    EXPECT_EQ(set.pictures.size(), 1u) << damage;
    EXPECT_EQ(set.problems.size(), 1u) << damage;
  }
  write(list, "2.jpg\nmany\n");
  EXPECT_THROW(read_annotated_pictures("wider:" + folder.path().string()), InputError);
  EXPECT_THROW(read_annotated_pictures("wider:" + (folder / "nowhere").string()), InputError);
  EXPECT_THROW(read_annotated_pictures("other:" + folder.path().string()), InputError);
}

TEST(AnnotatedPictures, PortraitsHoldOneFaceSomewhere) {
  const testing::TemporaryFolder folder;
  write(folder / "b.png", "x");
  write(folder / "a.png", "x");
  const AnnotatedPictures yale = read_annotated_pictures("yale:" + folder.path().string());
  ASSERT_EQ(yale.pictures.size(), 2u);
  EXPECT_EQ(yale.pictures[0].image.filename(), "a.png");
  ASSERT_EQ(yale.pictures[0].faces.size(), 1u);
  EXPECT_FALSE(yale.pictures[0].faces[0].box);
  EXPECT_TRUE(yale.pictures[0].is_complete);
  const AnnotatedPictures bare = read_annotated_pictures("pictures:" + folder.path().string());
  EXPECT_TRUE(bare.pictures[0].faces.empty());
  EXPECT_FALSE(bare.pictures[0].is_complete);
}

TEST(AnnotatedPictures, FacesOfOnePictureComeTogether) {
  EYELID_SHARED_OR_SKIP(wflw, "data/train/wflw");
  const AnnotatedPictures set = read_annotated_pictures("wflw:" + wflw.string());
  std::size_t faces = 0;
  for (const AnnotatedPicture& picture : set.pictures) {
    faces += picture.faces.size();
    EXPECT_FALSE(picture.is_complete);
    for (const AnnotatedFace& face : picture.faces) EXPECT_EQ(face.points.size(), 98u);
  }
  EXPECT_EQ(set.pictures.size(), 560u);
  EXPECT_EQ(faces, 951u);
}

TEST(AnnotatedPictures, WiderScenesAreWholeAndKnown) {
  EYELID_SHARED_OR_SKIP(wider, "data/eval/wflw");
  const AnnotatedPictures set = read_annotated_pictures("wider:" + wider.string());
  EXPECT_EQ(set.pictures.size(), 73u);
  EXPECT_TRUE(set.problems.empty());
}

}  // namespace
}  // namespace eyelid::evaluation
