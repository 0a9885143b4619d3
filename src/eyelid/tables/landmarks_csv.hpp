// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "eyelid/core/face.hpp"
#include "eyelid/tables/csv_reader.hpp"
#include "eyelid/tables/csv_writer.hpp"

namespace eyelid::tables {

/// Writes landmarks.csv: `frame,x0,y0,x1,y1,...` in frame pixels, the same points in every row.
///
/// 12 points are the right eye's six, then the left eye's; 68 are iBUG / 300-W. The file appears
/// under its name on commit(). Errors: as AtomicFile.
class LandmarksCsvWriter {
 public:
  /// `point_count` is 12 or 68.
  LandmarksCsvWriter(const std::filesystem::path& path, std::size_t point_count);

  /// An empty span writes the row with empty cells: no face on this frame.
  void write(std::int64_t frame, std::span<const Point> points);
  void write(std::int64_t frame, const EyeLandmarks& eyes);
  void commit() { table_.commit(); }

 private:
  CsvWriter table_;
  std::size_t point_count_;
};

/// One row of landmarks.csv; without points if no eye was measured. Points that are not known (of
/// the other eye where a film shows one close up) are not finite.
struct LandmarksRow {
  std::int64_t frame = -1;
  std::vector<Point> points;

  /// The lid points of both eyes, if there was a face.
  std::optional<EyeLandmarks> eyes() const;
};

/// Reads landmarks.csv row by row. Frames must increase. Errors: as CsvReader.
class LandmarksCsvReader {
 public:
  explicit LandmarksCsvReader(const std::filesystem::path& path);
  std::size_t point_count() const { return columns_.size() / 2; }
  /// False at the end of the file.
  bool next(LandmarksRow& row);

 private:
  CsvReader table_;
  std::size_t frame_ = 0;
  std::vector<std::size_t> columns_;  // x0, y0, x1, y1, ...
};

}  // namespace eyelid::tables
