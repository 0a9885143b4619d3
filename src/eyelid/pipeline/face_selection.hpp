// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <span>

#include "eyelid/core/face.hpp"

namespace eyelid::pipeline {

/// Decides which detected face is the subject: the one that continues the last choice, else the
/// largest. A lab films one person; passers-by in the background are smaller.
///
/// Must be asked in frame order, so that the answer does not depend on the number of threads.
class FaceSelector {
 public:
  /// Nothing when `faces` is empty; the memory of the last choice then fades after
  /// `kMemoryFrames` calls, so that a subject who returns elsewhere is taken again.
  std::optional<FaceBox> select(std::span<const FaceBox> faces);

  static constexpr float kContinuesIou = 0.3f;
  static constexpr int kMemoryFrames = 50;

 private:
  std::optional<FaceBox> last_;
  int calls_since_last_ = 0;
};

/// The face that overlaps `previous` most if any overlaps enough, else the largest.
std::optional<FaceBox> nearest_or_largest(std::span<const FaceBox> faces,
                                          const std::optional<FaceBox>& previous);

}  // namespace eyelid::pipeline
