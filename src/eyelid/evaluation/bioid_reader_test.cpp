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
  std::ofstream(file, std::ios::binary) << text;
}

TEST(BioId, ReadsBothEyesRightOneFirst) {
  const testing::TemporaryFolder folder;
  write(folder / "BioID_0000.pgm", "x");
  write(folder / "BioID_0000.eye", "#LX\tLY\tRX\tRY\r\n232\t110\t161\t112\r\n");
  const AnnotatedPictures set = read_annotated_pictures("bioid:" + folder.path().string());
  ASSERT_EQ(set.pictures.size(), 1u);
  EXPECT_EQ(set.pictures[0].image.filename(), "BioID_0000.pgm");
  EXPECT_FALSE(set.pictures[0].is_complete);
  const std::vector<Point> eyes = {{161, 112}, {232, 110}};
  EXPECT_EQ(set.pictures[0].faces.at(0).points, eyes);
  EXPECT_FALSE(set.pictures[0].faces[0].box);
}

TEST(BioId, NamesDamagedFilesAndCountsMissingPictures) {
  const testing::TemporaryFolder folder;
  write(folder / "0.pgm", "x");
  write(folder / "0.eye", "#LX LY RX RY\n1 2 3 4\n");
  const char* damages[] = {
      "", "#LX LY RX RY\n", "1 2 3\n", "1 2 3 4 5\n", "1 2 3 x\n", "1 2 nan 4\n", "5 5 5 5\n"};
  for (std::size_t i = 0; i < std::size(damages); ++i) {
    write(folder / ("bad" + std::to_string(i) + ".pgm"), "x");
    write(folder / ("bad" + std::to_string(i) + ".eye"), damages[i]);
  }
  write(folder / "alone.eye", "1 2 3 4\n");
  const AnnotatedPictures set = read_annotated_pictures("bioid:" + folder.path().string());
  EXPECT_EQ(set.pictures.size(), 1u);
  EXPECT_EQ(set.problems.size(), std::size(damages) + 1);
  EXPECT_EQ(set.missing_pictures, 1u);
  EXPECT_NE(set.summary().find("1 picture, 1 face; 1 picture missing, 7 other problems"),
            std::string::npos)
      << set.summary();
  EXPECT_THROW(read_annotated_pictures("bioid:" + (folder / "nowhere").string()), InputError);
  fs::remove(folder / "0.eye");
  EXPECT_THROW(read_annotated_pictures("bioid:" + folder.path().string()), InputError);
}

TEST(BioId, ReadsTheFixtures) {
  EYELID_SHARED_OR_SKIP(bioid, "data/formats/bioid");
  const AnnotatedPictures set = read_annotated_pictures("bioid:" + bioid.string());
  EXPECT_EQ(set.pictures.size(), 20u);
  EXPECT_TRUE(set.problems.empty());
}

}  // namespace
}  // namespace eyelid::evaluation
