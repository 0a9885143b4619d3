// SPDX-License-Identifier: MIT
#include "eyelid/evaluation/annotation_readers.hpp"

#include <gtest/gtest.h>
#include <matio.h>

#include <cmath>
#include <fstream>

#include "eyelid/core/error.hpp"
#include "shared_data.hpp"
#include "temporary_folder.hpp"

namespace eyelid::evaluation {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

TEST(Fddb, TakesTheUprightBoxOfAnEllipse) {
  const testing::TemporaryFolder folder;
  write(folder / "originalPics/2002/07/19/big/img_1.jpg", "x");
  write(folder / "FDDB-folds/FDDB-fold-01-ellipseList.txt",
        "2002/07/19/big/img_1\n2\n20 10 1.5707963 50.0 60.0  1\n20 10 0.7853982 50 60  1\n");
  write(folder / "FDDB-folds/FDDB-fold-02-ellipseList.txt", "2002/absent\n1\n20 10 1 50 60 1\n");
  const AnnotatedPictures set = read_annotated_pictures("fddb:" + folder.path().string());
  ASSERT_EQ(set.pictures.size(), 1u);
  EXPECT_TRUE(set.pictures[0].is_complete);
  ASSERT_EQ(set.pictures[0].faces.size(), 2u);
  const Rect upright = *set.pictures[0].faces[0].box;
  EXPECT_NEAR(upright.x, 40.5f, 1e-3f);
  EXPECT_NEAR(upright.y, 40.5f, 1e-3f);
  EXPECT_NEAR(upright.width, 20.0f, 1e-3f);
  EXPECT_NEAR(upright.height, 40.0f, 1e-3f);
  const Rect turned = *set.pictures[0].faces[1].box;
  EXPECT_NEAR(turned.width, 2.0f * std::sqrt(250.0f), 1e-3f);
  EXPECT_NEAR(turned.height, turned.width, 1e-3f);
  ASSERT_EQ(set.problems.size(), 1u);
  EXPECT_NE(set.problems[0].find("absent.jpg is absent"), std::string::npos);
}

TEST(Fddb, ReadsThePublishedListToItsEnd) {
  EYELID_SHARED_OR_SKIP(list, "data/formats/fddb/ellipseList.txt");
  // The list comes without pictures: made ones, one byte each, let the reader go on.
  const testing::TemporaryFolder folder;
  fs::copy_file(list, folder / "ellipseList.txt");
  LineReader lines(list);
  std::size_t pictures = 0, faces = 0;
  for (std::string line; lines.next(line);) {
    write(folder / (line + ".jpg"), "x");
    ++pictures;
    std::string number;
    ASSERT_TRUE(lines.next(number));
    const int count = std::stoi(number);
    faces += static_cast<std::size_t>(count);
    for (int i = 0; i < count; ++i) ASSERT_TRUE(lines.next(line));
  }
  const AnnotatedPictures set = read_annotated_pictures("fddb:" + folder.path().string());
  EXPECT_EQ(pictures, 2845u);
  EXPECT_EQ(faces, 5171u);
  EXPECT_EQ(set.pictures.size(), pictures);
  EXPECT_TRUE(set.problems.empty());
  std::size_t read = 0;
  for (const AnnotatedPicture& picture : set.pictures) read += picture.faces.size();
  EXPECT_EQ(read, faces);
}

TEST(Fddb, StopsWhereTheListIsDamaged) {
  const testing::TemporaryFolder folder;
  write(folder / "a.jpg", "x");
  for (const char* damage : {"a\n1\n20 10 0 50\n",
                             "a\n1\n-20 10 0 50 60 1\n",
                             "a\n2\n20 10 0 5 6 1\n",
                             "a\none\n",
                             "a\n1\n20 10 zero 50 60 1\n"}) {
    write(folder / "ellipseList.txt", std::string("a\n1\n20 10 0 50 60 1\n") + damage);
    const AnnotatedPictures set = read_annotated_pictures("fddb:" + folder.path().string());
    EXPECT_EQ(set.pictures.size(), 1u) << damage;
    EXPECT_EQ(set.problems.size(), 1u) << damage;
  }
  EXPECT_THROW(read_annotated_pictures("fddb:" + (folder / "nowhere").string()), InputError);
}

// A file as 300W-LP has them: `pt2d` of the class and shape given, column by column.
void write_mat(const fs::path& path,
               const char* name,
               std::size_t rows,
               std::size_t columns,
               bool is_single = false) {
  mat_t* file = Mat_CreateVer(path.c_str(), nullptr, MAT_FT_MAT5);
  ASSERT_NE(file, nullptr);
  std::vector<double> doubles(rows * columns);
  std::vector<float> singles(rows * columns);
  for (std::size_t i = 0; i < doubles.size(); ++i) {
    doubles[i] = 1.0 + static_cast<double>(i);
    singles[i] = static_cast<float>(doubles[i]);
  }
  std::size_t dims[2] = {rows, columns};
  matvar_t* variable =
      is_single ? Mat_VarCreate(name, MAT_C_SINGLE, MAT_T_SINGLE, 2, dims, singles.data(), 0)
                : Mat_VarCreate(name, MAT_C_DOUBLE, MAT_T_DOUBLE, 2, dims, doubles.data(), 0);
  Mat_VarWrite(file, variable, MAT_COMPRESSION_ZLIB);
  Mat_VarFree(variable);
  Mat_Close(file);
}

TEST(Mat, ReadsPointsFromOne) {
  const testing::TemporaryFolder folder;
  for (const char* name : {"AFW_1_1_0", "AFW_1_1_7", "image2"})
    write(folder / (std::string(name) + ".jpg"), "x");
  write_mat(folder / "AFW_1_1_0.mat", "pt2d", 2, 68);
  write_mat(folder / "AFW_1_1_7.mat", "pt2d", 2, 68, true);
  write_mat(folder / "image2.mat", "pt3d_68", 3, 68);
  fs::create_directories(folder / "landmarks");
  write_mat(folder / "landmarks/AFW_1_1_0_pts.mat", "pts_2d", 68, 2);
  const AnnotatedPictures set = read_annotated_pictures("300w-lp:" + folder.path().string());
  EXPECT_TRUE(set.problems.empty());
  ASSERT_EQ(set.pictures.size(), 3u);
  EXPECT_EQ(set.pictures[0].scene, "AFW_1_1");
  EXPECT_EQ(set.pictures[1].scene, "AFW_1_1");
  for (std::size_t i = 0; i < 2; ++i) {
    ASSERT_EQ(set.pictures[i].faces[0].points.size(), 68u);
    EXPECT_EQ(set.pictures[i].faces[0].points[0], (Point{0.0f, 1.0f}));
    EXPECT_EQ(set.pictures[i].faces[0].points[67], (Point{134.0f, 135.0f}));
  }
  EXPECT_EQ(set.pictures[2].faces[0].points[1], (Point{3.0f, 4.0f}));
}

TEST(Mat, NamesDamagedAndForeignFiles) {
  const testing::TemporaryFolder folder;
  for (const char* name : {"a", "b", "c", "d"}) write(folder / (std::string(name) + ".jpg"), "x");
  write_mat(folder / "a.mat", "pt2d", 2, 68);
  write_mat(folder / "b.mat", "pt2d", 2, 21);
  write(folder / "c.mat", "no MATLAB file at all");
  write_mat(folder / "d.mat", "pt2d", 2, 68);
  fs::resize_file(folder / "d.mat", fs::file_size(folder / "d.mat") * 2 / 3);
  write_mat(folder / "without_picture.mat", "pt2d", 2, 68);
  const AnnotatedPictures set = read_annotated_pictures("300w-lp:" + folder.path().string());
  EXPECT_EQ(set.pictures.size(), 1u);
  EXPECT_EQ(set.problems.size(), 4u);
  fs::remove(folder / "a.mat");
  EXPECT_THROW(read_annotated_pictures("300w-lp:" + folder.path().string()), InputError);
}

TEST(JsonLines, HoldsWhatAUserSays) {
  const testing::TemporaryFolder folder;
  write(folder / "pictures/1.png", "x");
  write(folder / "faces.jsonl",
        R"({"image": "pictures/1.png", "scene": "mouse 7", "complete": true,)"
        R"( "faces": [{"box": [1, 2, 30.5, 40]}, {"points": [[1,2],[3,4],[5,6],[7,8],[9,10]]}],)"
        R"( "ignored": [[0, 0, 5, 5]], "note": "other keys are welcome"})"
        "\n\n"
        R"({"image": "pictures/1.png"})"
        "\n");
  const AnnotatedPictures set =
      read_annotated_pictures("jsonl:" + (folder / "faces.jsonl").string());
  EXPECT_TRUE(set.problems.empty());
  ASSERT_EQ(set.pictures.size(), 2u);
  const AnnotatedPicture& first = set.pictures[0];
  EXPECT_EQ(first.scene, "mouse 7");
  EXPECT_TRUE(first.is_complete);
  ASSERT_EQ(first.faces.size(), 2u);
  EXPECT_EQ(*first.faces[0].box, (Rect{1.0f, 2.0f, 30.5f, 40.0f}));
  EXPECT_EQ(first.faces[1].points[4], (Point{9.0f, 10.0f}));
  EXPECT_EQ(first.ignored.size(), 1u);
  EXPECT_EQ(set.pictures[1].scene, "pictures/1.png");
  EXPECT_FALSE(set.pictures[1].is_complete);
}

TEST(JsonLines, NamesEveryDamagedLine) {
  const testing::TemporaryFolder folder;
  write(folder / "1.png", "x");
  const char* damages[] = {"{\"image\": ",
                           "[]",
                           "{}",
                           R"({"image": 5})",
                           R"({"image": "absent.png"})",
                           R"({"image": "1.png", "faces": {}})",
                           R"({"image": "1.png", "faces": [{}]})",
                           R"({"image": "1.png", "faces": [{"box": [1, 2, 3]}]})",
                           R"({"image": "1.png", "faces": [{"box": [1, 2, 3, "4"]}]})",
                           R"({"image": "1.png", "faces": [{"box": [1, 2, -3, 4]}]})",
                           R"({"image": "1.png", "faces": [{"points": [[1, 2]]}]})",
                           R"({"image": "1.png", "complete": 1})",
                           R"({"image": "1.png", "ignored": [[1e300, 0, 1, 1]]})"};
  const std::string deep(100'000, '[');
  std::string text = "{\"image\": \"1.png\"}\n";
  for (const char* damage : damages) text += std::string(damage) + "\n";
  text += R"({"image": "1.png", "faces": )" + deep + "\n";
  write(folder / "faces.jsonl", text);
  const AnnotatedPictures set =
      read_annotated_pictures("jsonl:" + (folder / "faces.jsonl").string());
  EXPECT_EQ(set.pictures.size(), 1u);
  ASSERT_EQ(set.problems.size(), std::size(damages) + 1);
  EXPECT_NE(set.problems.back().find("more than 64 levels"), std::string::npos);
  EXPECT_NE(set.problems[1].find("faces.jsonl:3: not a JSON object"), std::string::npos);
  EXPECT_THROW(read_annotated_pictures("jsonl:" + (folder / "nothing").string()), InputError);
}

}  // namespace
}  // namespace eyelid::evaluation
