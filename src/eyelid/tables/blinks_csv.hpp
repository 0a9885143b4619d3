// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "eyelid/core/blink.hpp"
#include "eyelid/files/atomic_file.hpp"

namespace eyelid::tables {

/// Writes blinks.csv: one row per blink and eye, columns as in docs/files.md.
///
/// The file appears under its name on commit(). Errors: as AtomicFile.
class BlinksCsvWriter {
 public:
  explicit BlinksCsvWriter(const std::filesystem::path& path);
  void write(const Blink& blink);
  void commit() { file_.commit(); }

 private:
  files::AtomicFile file_;
  std::string row_;
};

}  // namespace eyelid::tables
