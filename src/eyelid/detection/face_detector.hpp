// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "eyelid/core/face.hpp"
#include "eyelid/core/image.hpp"

namespace eyelid::detection {

/// Where the time of one detect() went.
struct DetectionSteps {
  std::chrono::nanoseconds pre_processing;  // the frame made smaller
  std::chrono::nanoseconds network;
  std::chrono::nanoseconds post_processing;  // boxes decoded, joined, moved to the frame
};

/// Finds faces in a gray frame. Implementations: blazeface_face_detector.hpp,
/// hog_face_detector.hpp, mtcnn_face_detector.hpp, fixed_face_detector.hpp.
///
/// Threads: one detector per thread; `clone()` shares the weights and owns its work memory.
class FaceDetector {
 public:
  virtual ~FaceDetector() = default;
  virtual std::string_view name() const = 0;  // "blazeface", "hog", "mtcnn", "face box"
  /// Fills `faces`, highest score first, in pixels of the frame. Allocates nothing once warm.
  virtual void detect(const FrameView& frame, std::vector<FaceBox>& faces) = 0;
  virtual std::unique_ptr<FaceDetector> clone() const = 0;
  /// Of the last detect(); nothing from detectors that do not work in these steps.
  virtual std::optional<DetectionSteps> last_steps() const { return std::nullopt; }
};

}  // namespace eyelid::detection
