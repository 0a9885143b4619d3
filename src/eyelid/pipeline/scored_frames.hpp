// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>

#include "eyelid/core/calibration.hpp"
#include "eyelid/core/eyelid_sample.hpp"
#include "eyelid/tables/frames_csv.hpp"

namespace eyelid::pipeline {

/// Levels that FEC was made with, and those it shall have.
struct OtherLevels {
  Calibration before;
  Calibration now;
};

/// frames.csv row by row, with the closure that is scored: of other levels where there are any, and
/// with the mean that tables of other programs may lack. Errors: as FramesCsvReader.
class ScoredFramesReader {
 public:
  ScoredFramesReader(const std::filesystem::path& path, std::optional<OtherLevels> levels)
      : table_(path), levels_(std::move(levels)) {}

  /// False at the end of the file.
  bool next(EyelidSample& sample);

 private:
  tables::FramesCsvReader table_;
  std::optional<OtherLevels> levels_;
};

}  // namespace eyelid::pipeline
