// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>

#include "eyelid/core/blink.hpp"
#include "eyelid/tables/csv_writer.hpp"

namespace eyelid::tables {

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
