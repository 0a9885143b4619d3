// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "eyelid/core/eyelid_sample.hpp"
#include "eyelid/files/atomic_file.hpp"
#include "eyelid/tables/csv_reader.hpp"

namespace eyelid::tables {

/// Writes frames.csv: one row per sample, columns as in docs/files.md.
///
/// The same samples give the same bytes. The file appears under its name on commit(). Errors: as
/// AtomicFile.
class FramesCsvWriter {
 public:
  explicit FramesCsvWriter(const std::filesystem::path& path);
  void write(const EyelidSample& sample);
  void commit() { file_.commit(); }

 private:
  files::AtomicFile file_;
  std::string row_;
};

/// Reads frames.csv row by row: ours, or another program's table with at least the columns `frame`,
/// `time_s`, and one of `fec_right`, `fec_left`, `fec`.
///
/// Absent columns become not available; without `valid`, a row is valid if it has a closure. Frames
/// must increase from row to row. Errors: as CsvReader.
class FramesCsvReader {
 public:
  explicit FramesCsvReader(const std::filesystem::path& path);
  /// False at the end of the file.
  bool next(EyelidSample& sample);

 private:
  float ratio(std::optional<std::size_t> column) const;

  CsvReader table_;
  std::size_t frame_ = 0;
  std::size_t time_s_ = 0;
  std::optional<std::size_t> valid_;
  std::optional<std::size_t> face_score_;
  std::optional<std::size_t> face_x_px_;
  std::optional<std::size_t> face_y_px_;
  std::optional<std::size_t> face_width_px_;
  std::optional<std::size_t> face_height_px_;
  std::optional<std::size_t> ear_right_;
  std::optional<std::size_t> ear_left_;
  std::optional<std::size_t> fec_right_;
  std::optional<std::size_t> fec_left_;
  std::optional<std::size_t> fec_;
  std::optional<std::size_t> interpolated_;
  std::optional<std::size_t> suspect_;
  std::int64_t last_frame_ = -1;
};

}  // namespace eyelid::tables
