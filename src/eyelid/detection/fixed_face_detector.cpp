// SPDX-License-Identifier: MIT
#include "eyelid/detection/fixed_face_detector.hpp"

#include <string>

#include "eyelid/core/error.hpp"

namespace eyelid::detection {
namespace {

class FixedFaceDetector final : public FaceDetector {
 public:
  explicit FixedFaceDetector(const Rect& box) : face_{box, 1.0f, std::nullopt} {}

  std::string_view name() const override { return "face box"; }
  void detect(const FrameView& frame, std::vector<FaceBox>& faces) override {
    const Rect& box = face_.box;
    const bool is_in_picture = box.right() > 0.0f && box.bottom() > 0.0f &&
                               box.x < static_cast<float>(frame.width) &&
                               box.y < static_cast<float>(frame.height);
    if (!is_in_picture) {
      throw InputError("the given face box lies outside the pictures of " +
                       std::to_string(frame.width) + "x" + std::to_string(frame.height) +
                       " pixels, expected one that is at least partly inside");
    }
    faces.assign(1, face_);
  }
  std::unique_ptr<FaceDetector> clone() const override {
    return std::make_unique<FixedFaceDetector>(*this);
  }

 private:
  FaceBox face_;
};

}  // namespace

std::unique_ptr<FaceDetector> make_fixed_face_detector(const Rect& box) {
  return std::make_unique<FixedFaceDetector>(box);
}

}  // namespace eyelid::detection
