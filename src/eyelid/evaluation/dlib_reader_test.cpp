// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <fstream>

#include "eyelid/core/error.hpp"
#include "eyelid/evaluation/annotated_pictures.hpp"
#include "shared_data.hpp"
#include "temporary_folder.hpp"

namespace eyelid::evaluation {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

std::string whole(const std::string& images) {
  return "<?xml version='1.0' encoding='ISO-8859-1'?>\n"
         "<?xml-stylesheet type='text/xsl' href='image_metadata_stylesheet.xsl'?>\n"
         "<dataset>\n<name>n</name><comment>c</comment>\n<images>\n" +
         images + "</images>\n</dataset>\n";
}

AnnotatedPictures read(const testing::TemporaryFolder& folder, const std::string& images) {
  write(folder / "faces.xml", whole(images));
  return read_annotated_pictures("dlib:" + (folder / "faces.xml").string());
}

TEST(DlibXml, ReadsBoxesPartsAndIgnoredPlaces) {
  const testing::TemporaryFolder folder;
  write(folder / "a/1.jpg", "x");
  write(folder / "2.jpg", "x");
  std::string parts;
  for (int i = 0; i < 68; ++i) {
    parts += i < 10 ? "<part name='0" : "<part name='";
    parts += std::to_string(i) + "' x='" + std::to_string(100 + i) + "' y='7'/>";
  }
  const AnnotatedPictures set =
      read(folder,
           "<image file='a/1.jpg' width='500' height='332'>"
           "<box top='181' left='274' width='52' height='53'/>"
           "<box top='1' left='2' width='3' height='4' ignore='1'><label>x</label></box>"
           "<box top='10' left='20' width='30' height='40'>" +
               parts +
               "</box></image>"
               "<image file='2.jpg'><box top='1' left='2' width='3' height='4'>"
               "<part name='nose' x='5' y='6'/></box></image>");
  ASSERT_EQ(set.pictures.size(), 2u);
  EXPECT_TRUE(set.problems.empty());
  const AnnotatedPicture& first = set.pictures[0];
  EXPECT_TRUE(first.is_complete);
  ASSERT_EQ(first.faces.size(), 2u);
  EXPECT_EQ(*first.faces[0].box, (Rect{274, 181, 52, 53}));
  EXPECT_TRUE(first.faces[0].points.empty());
  ASSERT_EQ(first.faces[1].points.size(), 68u);
  EXPECT_EQ(first.faces[1].points[67], (Point{167, 7}));
  ASSERT_EQ(first.ignored.size(), 1u);
  EXPECT_TRUE(set.pictures[1].faces[0].points.empty());
}

TEST(DlibXml, NamesEveryDamagedImage) {
  const testing::TemporaryFolder folder;
  write(folder / "1.jpg", "x");
  const AnnotatedPictures set =
      read(folder,
           "<image file='1.jpg'/>"
           "<image/>"
           "<image file='absent.jpg'/>"
           "<image file='1.jpg'><box top='1' left='2' width='3'/></image>"
           "<image file='1.jpg'><box top='1' left='2' width='-3' height='4'/></image>"
           "<image file='1.jpg'><box top='one' left='2' width='3' height='4'/></image>"
           "<image file='1.jpg'><box top='1e99' left='2' width='3' height='4'/></image>");
  EXPECT_EQ(set.pictures.size(), 1u);
  EXPECT_EQ(set.problems.size(), 6u);
  EXPECT_EQ(set.missing_pictures, 1u);
}

TEST(DlibXml, RefusesWhatIsNoneInOneSentence) {
  const testing::TemporaryFolder folder;
  write(folder / "1.jpg", "x");
  const std::string good = whole("<image file='1.jpg'/>");
  for (const std::string& text : {std::string(),
                                  std::string("no XML"),
                                  std::string("<html/>"),
                                  good.substr(0, good.size() / 2),
                                  whole("")}) {
    write(folder / "faces.xml", text);
    EXPECT_THROW(read_annotated_pictures("dlib:" + (folder / "faces.xml").string()), InputError)
        << text;
  }
  EXPECT_THROW(read_annotated_pictures("dlib:" + (folder / "nothing.xml").string()), InputError);
  EXPECT_THROW(read_annotated_pictures("dlib:" + folder.path().string()), InputError);
}

TEST(DlibXml, ReadsThePublishedFiles) {
  EYELID_SHARED_OR_SKIP(folder, "data/eval/dlib_faces");
  const auto set = read_annotated_pictures("dlib:" + (folder / "testing.xml").string());
  EXPECT_TRUE(set.problems.empty()) << set.problems[0];
  EXPECT_EQ(set.pictures.size(), 5u);
  EXPECT_EQ(set.face_count(), 25u);
  const auto parts =
      read_annotated_pictures("dlib:" + (folder / "training_with_face_landmarks.xml").string());
  for (const AnnotatedPicture& picture : parts.pictures) {
    for (const AnnotatedFace& face : picture.faces) EXPECT_EQ(face.points.size(), 68u);
  }
}

}  // namespace
}  // namespace eyelid::evaluation
