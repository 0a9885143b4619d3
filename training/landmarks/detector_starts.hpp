// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "eyelid/core/image.hpp"
#include "eyelid/detection/face_detector.hpp"
#include "eyelid/landmarks/patch.hpp"
#include "eyelid/synthesis/random.hpp"
#include "training/landmarks/training_faces.hpp"

namespace eyelid::training {

/// Eye keypoints as a detector finds them on a face: its real errors, where noise would be a guess.
///
/// The detector sees the face as a frame might show it: 15 to 60 % of the side, anywhere, rolled by
/// a few degrees, half of the times in a worse recording.
class DetectorStarts {
 public:
  /// The size of BlazeFace's input, so that it is not scaled again.
  static constexpr int kViewSize = 128;

  explicit DetectorStarts(const detection::FaceDetector& detector) : detector_(detector.clone()) {}

  /// Right and left eye in pixels of face.image; nothing when this view of the face is missed, or
  /// the detector gives no keypoints. One per thread.
  std::optional<std::array<Point, 2>> find(const TrainingFace& face, synthesis::Random& random);

 private:
  std::unique_ptr<detection::FaceDetector> detector_;
  landmarks::PatchCutter cutter_;
  GrayImage view_;
  std::vector<FaceBox> found_;
};

}  // namespace eyelid::training
