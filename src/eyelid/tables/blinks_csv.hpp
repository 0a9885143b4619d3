// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <vector>

#include "eyelid/core/blink.hpp"
#include "eyelid/tables/csv_writer.hpp"

namespace eyelid::tables {

/// Reads blinks.csv of any version, which has at least eye, times, and kind; members without a
/// column keep their defaults. Errors: as CsvReader.
std::vector<Blink> read_blinks_csv(const std::filesystem::path& path);

/// Writes blinks.csv: one row per blink and eye, columns as in docs/files.md.
///
/// The file appears under its name on commit(). Errors: as AtomicFile.
class BlinksCsvWriter {
 public:
  explicit BlinksCsvWriter(const std::filesystem::path& path);
  void write(const Blink& blink);
  void commit() { table_.commit(); }

 private:
  CsvWriter table_;
};

}  // namespace eyelid::tables
