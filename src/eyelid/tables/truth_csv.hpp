// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <filesystem>
#include <optional>

#include "eyelid/core/eyelid_sample.hpp"
#include "eyelid/tables/csv_reader.hpp"
#include "eyelid/tables/csv_writer.hpp"

namespace eyelid::tables {

/// Ground truth of one frame of a rendered session: a row of truth.csv.
struct TruthRow {
  std::int64_t frame = 0;
  double time_s = 0.0;
  PerEye<float> fec = kNeitherEye;
  std::optional<EyeLandmarks> eyes;  // frame pixels
};

/// Writes truth.csv: `frame,time_s,fec_right,fec_left`, then `right_x0,right_y0,...` to `left_y5`:
/// corners and lid points in frame pixels. The file appears under its name on commit().
/// Errors: as AtomicFile.
class TruthCsvWriter {
 public:
  explicit TruthCsvWriter(const std::filesystem::path& path);
  void write(const TruthRow& row);
  void commit() { table_.commit(); }

 private:
  CsvWriter table_;
};

/// Reads truth.csv row by row. The point columns may all be absent; a closure may be empty (that
/// eye is not evaluated on this frame). Frames must increase from row to row. Errors: as CsvReader.
class TruthCsvReader {
 public:
  explicit TruthCsvReader(const std::filesystem::path& path);
  /// False at the end of the file.
  bool next(TruthRow& row);

 private:
  CsvReader table_;
  std::size_t frame_ = 0;
  std::size_t time_s_ = 0;
  std::size_t fec_right_ = 0;
  std::size_t fec_left_ = 0;
  std::optional<std::array<std::size_t, 24>> points_;
};

}  // namespace eyelid::tables
