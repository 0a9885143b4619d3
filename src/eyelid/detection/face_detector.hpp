// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "eyelid/core/face.hpp"
#include "eyelid/core/image.hpp"

namespace eyelid::detection {

/// Finds faces in a grey frame. Implementations: blazeface_face_detector.hpp,
/// hog_face_detector.hpp.
///
/// Threads: one detector per thread; `clone()` shares the weights and owns its work memory.
class FaceDetector {
 public:
  virtual ~FaceDetector() = default;
  virtual std::string_view name() const = 0;  // "blazeface", "hog"
  /// Fills `faces`, highest score first, in pixels of the frame. Allocates nothing once warm.
  virtual void detect(const FrameView& frame, std::vector<FaceBox>& faces) = 0;
  virtual std::unique_ptr<FaceDetector> clone() const = 0;
};

}  // namespace eyelid::detection
