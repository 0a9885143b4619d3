// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <filesystem>
#include <optional>

#include "eyelid/core/eyelid_sample.hpp"
#include "eyelid/tables/csv_reader.hpp"
#include "eyelid/tables/csv_writer.hpp"

namespace eyelid::tables {

/// Writes frames.csv: one row per sample, columns as in docs/files.md.
///
/// The same samples give the same bytes. The file appears under its name on commit(). Errors: as
/// AtomicFile.
class FramesCsvWriter {
 public:
  explicit FramesCsvWriter(const std::filesystem::path& path);
  void write(const EyelidSample& sample);
  void commit() { table_.commit(); }

 private:
  CsvWriter table_;
};

/// The cell of a column `clip`: 1 or more.
std::int32_t clip_number(const CsvReader& table, std::size_t column);

/// Reads frames.csv row by row: ours, or another program's table with at least the columns `frame`,
/// `time_s`, and one of `fec_right`, `fec_left`, `fec`.
///
/// Absent columns become not available, an absent clip is 1; without `valid`, a row is valid if it
/// has a closure. Frames must increase from row to row. Errors: as CsvReader.
class FramesCsvReader {
 public:
  explicit FramesCsvReader(const std::filesystem::path& path);
  /// False at the end of the file.
  bool next(EyelidSample& sample);

 private:
  CsvReader table_;
  std::size_t frame_ = 0;
  std::size_t time_s_ = 0;
  std::optional<std::size_t> valid_;
  std::array<std::optional<std::size_t>, 10> numbers_;  // from face_score to fec
  std::optional<std::size_t> interpolated_;
  std::optional<std::size_t> suspect_;
  std::optional<std::size_t> clip_;
};

}  // namespace eyelid::tables
