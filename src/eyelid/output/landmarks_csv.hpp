// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "eyelid/core/face.hpp"
#include "eyelid/output/atomic_file.hpp"

namespace eyelid::output {

/// Writes landmarks.csv: `frame,x0,y0,x1,y1,...` in frame pixels, as many points in every row.
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
  void commit() { file_.commit(); }

 private:
  AtomicFile file_;
  std::size_t point_count_;
  std::string row_;
};

}  // namespace eyelid::output
