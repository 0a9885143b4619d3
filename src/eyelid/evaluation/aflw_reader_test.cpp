// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <fstream>

#include "eyelid/core/error.hpp"
#include "eyelid/evaluation/annotated_pictures.hpp"
#include "temporary_folder.hpp"

namespace eyelid::evaluation {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

void execute(const fs::path& file, const std::string& statements) {
  fs::create_directories(file.parent_path());
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &database), SQLITE_OK);
  char* reason = nullptr;
  EXPECT_EQ(sqlite3_exec(database, statements.c_str(), nullptr, nullptr, &reason), SQLITE_OK)
      << (reason == nullptr ? "" : reason);
  sqlite3_free(reason);
  sqlite3_close(database);
}

// The tables and columns of the database published in 2012, those that are not read included.
constexpr const char* kSchema =
    "CREATE TABLE Databases (db_id TEXT PRIMARY KEY, path TEXT, description TEXT);"
    "CREATE TABLE Faces (face_id INTEGER PRIMARY KEY, file_id TEXT, db_id TEXT);"
    "CREATE TABLE FaceImages (image_id INTEGER PRIMARY KEY, db_id TEXT, file_id TEXT, "
    "  filepath TEXT, bw INTEGER, width INTEGER, height INTEGER);"
    "CREATE TABLE FaceRect (face_id INTEGER, x INTEGER, y INTEGER, w INTEGER, h INTEGER, "
    "  annot_type_id INTEGER);"
    "CREATE TABLE FaceEllipse (face_id INTEGER, x REAL, y REAL, ra REAL, rb REAL, theta REAL, "
    "  annot_type_id INTEGER, upsidedown INTEGER);"
    "CREATE TABLE FacePose (face_id INTEGER, roll REAL, pitch REAL, yaw REAL, "
    "  annot_type_id INTEGER);"
    "CREATE TABLE FaceMetaData (face_id INTEGER, sex TEXT, occluded INTEGER, glasses INTEGER, "
    "  bw INTEGER, annot_type_id INTEGER);"
    "CREATE TABLE FeatureCoords (face_id INTEGER, feature_id INTEGER, x REAL, y REAL, "
    "  annot_type_id INTEGER);"
    "CREATE TABLE FeatureCoordTypes (feature_id INTEGER, descr TEXT, code TEXT, x REAL, y REAL, "
    "  z REAL);"
    "INSERT INTO FaceImages VALUES (1, 'flickr', 'image00002.jpg', '0/image00002.jpg', 0, 9, 9);"
    "INSERT INTO FaceImages VALUES (2, 'flickr', 'image00013.jpg', '2/image00013.jpg', 0, 9, 9);"
    "INSERT INTO FaceImages VALUES (3, 'flickr', 'image00020.jpg', '3/image00020.jpg', 0, 9, 9);"
    "INSERT INTO Faces VALUES (39341, 'image00002.jpg', 'flickr');"
    "INSERT INTO Faces VALUES (39342, 'image00002.jpg', 'flickr');"
    "INSERT INTO Faces VALUES (39343, 'image00013.jpg', 'flickr');"
    "INSERT INTO FaceRect VALUES (39341, 10, 20, 30, 31, 1);"
    "INSERT INTO FaceRect VALUES (39341, 1, 2, 3, 4, 2);"
    "INSERT INTO FaceRect VALUES (39342, -5, 60, 70, 70, 1);"
    "INSERT INTO FaceRect VALUES (39343, 5, 6, 7, 8, 1);";

TEST(Aflw, ReadsThePublishedLayout) {
  const testing::TemporaryFolder folder;
  execute(folder / "data/aflw.sqlite", kSchema);
  write(folder / "data/flickr/0/image00002.jpg", "x");
  for (const fs::path& place : {folder.path(), folder / "data", folder / "data/aflw.sqlite"}) {
    const AnnotatedPictures set = read_annotated_pictures("aflw:" + place.string());
    ASSERT_EQ(set.pictures.size(), 1u);
    EXPECT_EQ(set.pictures[0].scene, "0/image00002.jpg");
    EXPECT_FALSE(set.pictures[0].is_complete);
    EXPECT_TRUE(set.counts_false_anyway);
    ASSERT_EQ(set.pictures[0].faces.size(), 2u);
    EXPECT_EQ(*set.pictures[0].faces[0].box, (Rect{10, 20, 30, 31}));
    EXPECT_EQ(*set.pictures[0].faces[1].box, (Rect{-5, 60, 70, 70}));
    // The picture of face 39343; the third has no face, and is not asked for.
    EXPECT_EQ(set.missing_pictures, 1u);
    ASSERT_EQ(set.problems.size(), 1u);
    EXPECT_NE(set.problems[0].find("2/image00013.jpg"), std::string::npos);
  }
}

TEST(Aflw, NamesFacesThatCannotBeUsed) {
  const testing::TemporaryFolder folder;
  execute(folder / "aflw.sqlite",
          std::string(kSchema) +
              "INSERT INTO Faces VALUES (1, 'image00002.jpg', 'flickr');"
              "INSERT INTO Faces VALUES (2, 'image00002.jpg', 'flickr');"
              "INSERT INTO Faces VALUES (3, 'image00002.jpg', 'flickr');"
              "INSERT INTO Faces VALUES (4, 'image00002.jpg', 'flickr');"
              "INSERT INTO FaceRect VALUES (2, 1, 2, 0, 4, 1);"
              "INSERT INTO FaceRect VALUES (3, 1, 'two', 3, 4, 1);"
              "INSERT INTO FaceRect VALUES (4, 1, 1e300, 3, 4, 1);");
  write(folder / "0/image00002.jpg", "x");
  const AnnotatedPictures set = read_annotated_pictures("aflw:" + folder.path().string());
  ASSERT_EQ(set.pictures.size(), 1u);
  EXPECT_EQ(set.pictures[0].faces.size(), 2u);
  EXPECT_EQ(set.problems.size(), 5u);
  EXPECT_NE(set.problems[0].find("face 1 of 0/image00002.jpg: no rectangle"), std::string::npos)
      << set.problems[0];
}

std::string refusal_of(const fs::path& file) {
  try {
    read_annotated_pictures("aflw:" + file.string());
  } catch (const InputError& error) {
    return error.what();
  }
  return "read";
}

// A view runs what the file says, for ever if it says so.
TEST(Aflw, DoesNotReadViews) {
  const testing::TemporaryFolder folder;
  execute(folder / "aflw.sqlite",
          std::string(kSchema) +
              "ALTER TABLE Faces RENAME TO Hidden;"
              "CREATE VIEW Faces AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
              " SELECT i AS face_id, i AS file_id FROM n;");
  EXPECT_NE(refusal_of(folder.path()).find("expected Faces, FaceImages and FaceRect"),
            std::string::npos);
}

TEST(Aflw, RefusesForeignAndDamagedFilesInOneSentence) {
  const testing::TemporaryFolder folder;
  EXPECT_NE(refusal_of(folder.path()).find("aflw.sqlite: cannot be read"), std::string::npos);
  write(folder / "text.sqlite",
        "this is no database, but long enough to be taken for a header one");
  EXPECT_NE(refusal_of(folder / "text.sqlite").find("file is not a database"), std::string::npos);
  write(folder / "empty.sqlite", "");
  EXPECT_NE(refusal_of(folder / "empty.sqlite").find("tables none"), std::string::npos);
  execute(folder / "foreign.sqlite",
          "CREATE TABLE Faces (face_id, file_id); CREATE TABLE Mice (a);");
  const std::string foreign = refusal_of(folder / "foreign.sqlite");
  EXPECT_NE(foreign.find("the tables Faces, Mice; expected Faces, FaceImages and FaceRect"),
            std::string::npos)
      << foreign;
  execute(folder / "columns.sqlite",
          "CREATE TABLE Faces (a); CREATE TABLE FaceImages (a); CREATE TABLE FaceRect (a);");
  EXPECT_NE(refusal_of(folder / "columns.sqlite").find("no such column"), std::string::npos);
  execute(folder / "whole.sqlite", kSchema);
  const auto size = fs::file_size(folder / "whole.sqlite");
  for (const double share : {0.02, 0.1, 0.5, 0.9}) {
    fs::copy_file(
        folder / "whole.sqlite", folder / "cut.sqlite", fs::copy_options::overwrite_existing);
    fs::resize_file(folder / "cut.sqlite",
                    static_cast<std::uintmax_t>(share * static_cast<double>(size)));
    EXPECT_NE(refusal_of(folder / "cut.sqlite"), "read") << share;
  }
}

}  // namespace
}  // namespace eyelid::evaluation
