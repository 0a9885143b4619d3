// SPDX-License-Identifier: MIT
#include "eyelid/evaluation/landmark_datasets.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "eyelid/core/error.hpp"
#include "shared_data.hpp"
#include "temporary_folder.hpp"

namespace eyelid::evaluation {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& file, const std::string& text) { std::ofstream(file) << text; }

// Point i of the file is (10 + i, 100 + 2 i), 1-based.
std::string pts_text(int points, const std::string& line_end = "\n") {
  std::ostringstream text;
  text << "version: 1" << line_end << "n_points:  " << points << line_end << "{" << line_end;
  for (int i = 0; i < points; ++i) text << 10.0 + i << " " << 100.0 + 2 * i << line_end;
  text << "}" << line_end;
  return text.str();
}

std::string wflw_line(const std::string& picture) {
  std::ostringstream text;
  for (int i = 0; i < 98; ++i) text << i << " " << 1000 + i << " ";
  text << "0 0 50 60 " << picture;
  return text.str();
}

std::string refusal(const fs::path& file) {
  try {
    read_pts(file);
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Pts, CountsPixelsFromZero) {
  const testing::TemporaryFolder folder;
  write(folder / "a.pts", pts_text(68));
  write(folder / "b.pts", pts_text(68, "\r\n"));
  const FaceLandmarks points = read_pts(folder / "a.pts");
  EXPECT_EQ(points[0], (Point{9.0f, 99.0f}));
  EXPECT_EQ(points[67], (Point{76.0f, 233.0f}));
  EXPECT_EQ(read_pts(folder / "b.pts"), points);
}

TEST(Pts, SaysWhatIsWrong) {
  const testing::TemporaryFolder folder;
  write(folder / "few.pts", pts_text(67));
  EXPECT_NE(refusal(folder / "few.pts").find("134 coordinates, expected 136"), std::string::npos);
  write(folder / "cut.pts", pts_text(68).substr(0, 300));
  EXPECT_NE(refusal(folder / "cut.pts").find("no points between braces"), std::string::npos);
  std::string text = pts_text(68);
  text.replace(text.find("12 104"), 6, "12 1o4");
  write(folder / "word.pts", text);
  EXPECT_NE(refusal(folder / "word.pts").find("point 2 is \"12 1o4\""), std::string::npos);
  text.replace(text.find("1o4"), 3, "inf");
  write(folder / "infinite.pts", text);
  EXPECT_NE(refusal(folder / "infinite.pts").find("point 2"), std::string::npos);
  EXPECT_NE(refusal(folder / "absent.pts").find("absent.pts: cannot be read"), std::string::npos);
}

TEST(Dataset300w, KeepsGoodFacesAndNamesBadOnes) {
  const testing::TemporaryFolder folder;
  fs::create_directory(folder / "indoor");
  write(folder / "123_1.pts", pts_text(68));
  write(folder / "123_1.PNG", "picture");
  write(folder / "indoor" / "image_7.pts", pts_text(68));
  write(folder / "indoor" / "image_7.jpeg", "picture");
  write(folder / "lonely.pts", pts_text(68));
  write(folder / "short.pts", pts_text(5));
  const LandmarkDataset dataset = read_landmark_dataset("300w:" + folder.path().string());
  ASSERT_EQ(dataset.faces.size(), 2u);
  EXPECT_EQ(dataset.faces[0].image, folder / "123_1.PNG");
  EXPECT_EQ(dataset.faces[0].scene, "123");
  EXPECT_EQ(dataset.faces[1].scene, "image_7");
  EXPECT_EQ(dataset.faces[0].eyes.right[0], (Point{45.0f, 171.0f}));
  EXPECT_EQ(dataset.faces[0].eyes.left[5], (Point{56.0f, 193.0f}));
  EXPECT_EQ(dataset.faces[0].hull, (Rect{9.0f, 99.0f, 67.0f, 134.0f}));
  ASSERT_EQ(dataset.problems.size(), 2u);
  EXPECT_NE(dataset.problems[0].find("lonely.pts: no picture"), std::string::npos);
  EXPECT_NE(dataset.problems[1].find("short.pts: 10 coordinates"), std::string::npos);
}

TEST(Dataset300w, RefusesFoldersWithoutFaces) {
  const testing::TemporaryFolder folder;
  EXPECT_THROW(read_300w(folder / "absent"), InputError);
  EXPECT_THROW(read_300w(folder.path()), InputError);
  write(folder / "short.pts", pts_text(5));
  EXPECT_THROW(read_300w(folder.path()), InputError);
  EXPECT_THROW(read_landmark_dataset("400w:" + folder.path().string()), InputError);
  EXPECT_THROW(read_landmark_dataset(folder.path().string()), InputError);
}

TEST(DatasetWflw, TakesTheLidPointsOfNinetyEight) {
  const testing::TemporaryFolder folder;
  fs::create_directories(folder / "images" / "0--Parade");
  write(folder / "images" / "0--Parade" / "a.jpg", "picture");
  write(folder / "list_98pt_rect.txt",
        wflw_line("0--Parade/a.jpg") + "\n\n" + wflw_line("0--Parade/b.jpg") + "\n1 2 3\n");
  const LandmarkDataset dataset = read_landmark_dataset("wflw:" + folder.path().string());
  ASSERT_EQ(dataset.faces.size(), 1u);
  const LabeledFace& face = dataset.faces[0];
  EXPECT_EQ(face.scene, "0--Parade/a.jpg");
  EXPECT_FALSE(face.points.has_value());
  EXPECT_EQ(face.eyes.right[2], (Point{63.0f, 1063.0f}));
  EXPECT_EQ(face.eyes.left[5], (Point{75.0f, 1075.0f}));
  ASSERT_EQ(dataset.problems.size(), 2u);
  EXPECT_NE(dataset.problems[0].find("rect.txt:3: picture"), std::string::npos);
  EXPECT_NE(dataset.problems[1].find("rect.txt:4: 3 words"), std::string::npos);
}

TEST(LandmarkDatasets, ReadWhatIsShared) {
  EYELID_SHARED_OR_SKIP(train, "data/train");
  const auto helen = read_300w(train / "helen");
  EXPECT_EQ(helen.faces.size(), 870u);
  EXPECT_TRUE(helen.problems.empty());
  const auto wflw = read_wflw(train / "wflw");
  EXPECT_EQ(wflw.faces.size(), 951u);
}

}  // namespace
}  // namespace eyelid::evaluation
