// SPDX-License-Identifier: MIT
#include <sqlite3.h>

#include <array>
#include <map>
#include <memory>
#include <string>

#include "eyelid/core/error.hpp"
#include "eyelid/evaluation/annotation_readers.hpp"
#include "eyelid/files/interruption.hpp"

namespace eyelid::evaluation {
namespace {

namespace fs = std::filesystem;

constexpr const char* kExpectedDatabase = ", expected the database of AFLW (aflw.sqlite)";

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
};
struct FinishStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

fs::path database_in(const fs::path& place) {
  const auto file = first_file({place, place / "aflw.sqlite", place / "data/aflw.sqlite"});
  if (file) return *file;
  throw InputError((place / "aflw.sqlite").string() + ": cannot be read" + kExpectedDatabase);
}

/// One query after another on a file that is only read.
class Database {
 public:
  explicit Database(const fs::path& file) : name_(file.string()) {
    sqlite3* opened = nullptr;
    const int status =
        sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nullptr);
    database_.reset(opened);
    if (status != SQLITE_OK) fail();
    sqlite3_busy_timeout(opened, 5000);
    sqlite3_db_config(opened, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_progress_handler(opened, kStepsPerLook, end_of_patience, this);
  }

  /// Calls `row` with the statement for every row.
  template <class Row>
  void for_each_row(const char* query, Row&& row) {
    sqlite3_stmt* prepared = nullptr;
    if (sqlite3_prepare_v2(database_.get(), query, -1, &prepared, nullptr) != SQLITE_OK) fail();
    const std::unique_ptr<sqlite3_stmt, FinishStatement> statement(prepared);
    for (;;) {
      const int status = sqlite3_step(prepared);
      if (status == SQLITE_DONE) return;
      files::throw_if_interrupted();
      if (looks_ >= kMaxLooks) {
        throw InputError(name_ + ": its query takes more than 200 million steps" +
                         kExpectedDatabase);
      }
      if (status != SQLITE_ROW) fail();
      row(prepared);
    }
  }

 private:
  // A crafted schema may make a query of a small file endless. AFLW's takes some millions of steps.
  static constexpr int kStepsPerLook = 1'000'000;
  static constexpr int kMaxLooks = 200;
  static int end_of_patience(void* database) {
    return ++static_cast<Database*>(database)->looks_ >= kMaxLooks ? 1 : 0;
  }
  [[noreturn]] void fail() const {
    throw InputError(name_ + ": " + sqlite3_errmsg(database_.get()) + kExpectedDatabase);
  }
  std::string name_;
  std::unique_ptr<sqlite3, CloseDatabase> database_;
  int looks_ = 0;
};

std::string text_of(sqlite3_stmt* statement, int column) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
  return text == nullptr ? std::string() : std::string(text);
}

void expect_tables(Database& database, const std::string& name) {
  std::string found;
  std::map<std::string, bool> needed = {
      {"faces", false}, {"faceimages", false}, {"facerect", false}};
  database.for_each_row(
      // Neither views nor virtual tables, which have no pages: reading them runs what the file
      // says.
      "SELECT name, lower(name) FROM sqlite_master WHERE type = 'table' AND rootpage > 0 "
      "ORDER BY name",
      [&](sqlite3_stmt* row) {
        found += (found.empty() ? "" : ", ") + text_of(row, 0);
        const auto place = needed.find(text_of(row, 1));
        if (place != needed.end()) place->second = true;
      });
  for (const auto& [table, is_there] : needed) {
    if (is_there) continue;
    throw InputError(name + ": a SQLite file with the tables " +
                     (found.empty() ? std::string("none") : found) +
                     "; expected Faces, FaceImages and FaceRect of AFLW");
  }
}

/// x, y, w, h of a row, from column 2.
Rect box_of(sqlite3_stmt* row) {
  std::array<float, 4> numbers;
  for (int i = 0; i < 4; ++i) {
    const int kind = sqlite3_column_type(row, 2 + i);
    const double number = sqlite3_column_double(row, 2 + i);
    if (kind == SQLITE_NULL) throw InputError("no rectangle in FaceRect");
    if ((kind != SQLITE_INTEGER && kind != SQLITE_FLOAT) || !is_coordinate(number)) {
      throw InputError("a rectangle with \"" + text_of(row, 2 + i) + "\", expected numbers");
    }
    numbers[static_cast<std::size_t>(i)] = static_cast<float>(number);
  }
  return box_with_extent(numbers[0], numbers[1], numbers[2], numbers[3]);
}

// A face may have several rectangles, of annotators and of detectors: the first counts, whose other
// columns SQLite takes with min().
constexpr const char* kFaces =
    "SELECT FaceImages.filepath, Faces.face_id, FaceRect.x, FaceRect.y, FaceRect.w, FaceRect.h, "
    "min(FaceRect.rowid) "
    "FROM Faces JOIN FaceImages ON Faces.file_id = FaceImages.file_id "
    "LEFT JOIN FaceRect ON FaceRect.face_id = Faces.face_id "
    "GROUP BY FaceImages.filepath, Faces.face_id ORDER BY FaceImages.filepath, Faces.face_id";

}  // namespace

void read_aflw(const fs::path& file_or_folder, AnnotatedPictures& set) {
  const fs::path file = database_in(file_or_folder);
  set.counts_false_anyway = true;
  Database database(file);
  expect_tables(database, file.string());
  const fs::path folder = file.parent_path();
  std::string path_before;
  bool is_missing = true;
  database.for_each_row(kFaces, [&](sqlite3_stmt* row) {
    const std::string path = text_of(row, 0);
    if (path != path_before || path.empty()) {
      path_before = path;
      is_missing = true;
      read_entry(set, file.string() + ": ", [&] {
        // The published archives unpack to data/aflw.sqlite and data/flickr/<filepath>.
        const auto picture =
            first_file({folder / path, folder / "flickr" / path, folder / "images" / path});
        if (!picture) throw MissingPicture("picture \"" + path + "\" is absent");
        is_missing = false;
        set.pictures.emplace_back();
        set.pictures.back().image = *picture;
        set.pictures.back().scene = path;
      });
    }
    if (is_missing) return;
    read_entry(set, file.string() + ": face " + text_of(row, 1) + " of " + path + ": ", [&] {
      set.pictures.back().faces.push_back({box_of(row), {}});
    });
  });
}

}  // namespace eyelid::evaluation
