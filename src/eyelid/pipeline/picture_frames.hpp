// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>

#include "eyelid/files/record_spool.hpp"
#include "eyelid/pipeline/point_spool.hpp"

namespace eyelid::pipeline {

/// The frames of which a report shows pictures, so that the others need not be decoded again.
///
/// Memory: does not grow with the number of blinks. Threads: one at a time; `blinks` is read in the
/// constructor only.
class PictureFrames {
 public:
  /// `blinks` in order of onset; `others` besides, in any order. The list is kept in a temporary
  /// file in `folder`.
  PictureFrames(const std::filesystem::path& folder,
                BlinkSpool& blinks,
                std::span<const std::int64_t> others);

  /// Frames must be asked in order.
  bool contains(std::int64_t frame);

 private:
  files::RecordSpool<std::int64_t> frames_;  // in order, each once
  std::optional<std::int64_t> next_;
};

}  // namespace eyelid::pipeline
