// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>

#include "eyelid/core/eyelid_sample.hpp"

namespace eyelid::pipeline {

/// Lid points of every frame in a temporary file, so that pictures can be drawn once the blinks are
/// known without holding an hour of points in memory.
///
/// The file has no name in the folder once it is open (unlinked at once), so that nothing is left
/// behind whatever happens. Threads: one at a time.
class PointSpool {
 public:
  /// Throws InputError when `folder` cannot be written.
  explicit PointSpool(const std::filesystem::path& folder);

  struct Record {
    EyeLandmarks eyes;
    Rect face;
    bool has_eyes;
  };

  /// Appends the next frame. Throws InputError when the disk is full.
  void append(const FrameMeasurement& measurement);

  /// The record of a frame already appended.
  Record read(std::int64_t frame);

  std::int64_t size() const { return count_; }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::filesystem::path folder_;
  std::unique_ptr<std::FILE, Close> file_;
  std::int64_t count_ = 0;
};

}  // namespace eyelid::pipeline
