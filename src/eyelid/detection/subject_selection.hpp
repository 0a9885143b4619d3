// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "eyelid/core/face.hpp"
#include "eyelid/core/portable.hpp"

/// Which detected face is the subject: the one that continues the last choice, else the largest. A
/// lab films one person; passers-by in the background are smaller. `Face` is anything with a `box`.
namespace eyelid::detection {

/// Overlap from which a face continues the last choice.
inline constexpr float kContinuesIou = 0.3f;
/// Detections without a face after which the last choice is forgotten, so that a subject who
/// returns elsewhere is taken again.
inline constexpr int kMemoryDetections = 50;

/// Index of the face that overlaps `previous` (null: none) most if that is enough, else of the
/// largest; the first of equal ones. `count` is at least 1.
template <class Face>
EYELID_PORTABLE int nearest_or_largest(const Face* faces, int count, const Rect* previous) {
  int nearest = 0, largest = 0;
  float best_iou = -1.0f, best_area = 0.0f;
  for (int i = 0; i < count; i++) {
    const float overlap = previous != nullptr ? iou(faces[i].box, *previous) : 0.0f;
    const float area = faces[i].box.area();
    if (i == 0 || overlap > best_iou) nearest = i, best_iou = overlap;
    if (i == 0 || area > best_area) largest = i, best_area = area;
  }
  return previous != nullptr && best_iou >= kContinuesIou ? nearest : largest;
}

inline std::optional<FaceBox> nearest_or_largest(std::span<const FaceBox> faces,
                                                 const std::optional<FaceBox>& previous) {
  if (faces.empty()) return std::nullopt;
  const int chosen = nearest_or_largest(
      faces.data(), static_cast<int>(faces.size()), previous ? &previous->box : nullptr);
  return faces[static_cast<std::size_t>(chosen)];
}

/// What is remembered from one detection to the next; all zeros at the start.
struct SubjectMemory {
  Rect box;  // of the last subject; kept by the caller, who may have it elsewhere
  std::int32_t has_box = 0;
  std::int32_t detections_without = 0;

  /// Index of the subject among the faces of the next detection, -1 when there are none. `last` is
  /// the box of the last subject, read only where there are several faces to choose among.
  template <class Face>
  EYELID_PORTABLE int choose(const Face* faces, int count, const Rect& last) {
    if (count == 0) {
      if (++detections_without > kMemoryDetections) has_box = 0;
      return -1;
    }
    const int chosen =
        count == 1 ? 0 : nearest_or_largest(faces, count, has_box != 0 ? &last : nullptr);
    has_box = 1;
    detections_without = 0;
    return chosen;
  }
};

/// Chooses on the CPU. Must be asked in frame order, so that the answer does not depend on the
/// number of threads.
class SubjectSelector {
 public:
  /// Nothing when `faces` is empty.
  std::optional<FaceBox> select(std::span<const FaceBox> faces) {
    const int chosen = memory_.choose(faces.data(), static_cast<int>(faces.size()), memory_.box);
    if (chosen < 0) return std::nullopt;
    const FaceBox& subject = faces[static_cast<std::size_t>(chosen)];
    memory_.box = subject.box;
    return subject;
  }

 private:
  SubjectMemory memory_;
};

}  // namespace eyelid::detection
