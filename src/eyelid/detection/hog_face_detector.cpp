// SPDX-License-Identifier: MIT
#include "eyelid/detection/hog_face_detector.hpp"

#include <dlib/array2d.h>
#include <dlib/image_processing/frontal_face_detector.h>
#include <dlib/image_transforms.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "eyelid/core/error.hpp"
#include "eyelid/core/exponential.hpp"

namespace eyelid::detection {
namespace {

/// A frame as dlib's generic image interface wants to see it; found by the type's namespace.
struct DlibPicture {
  FrameView frame;
};
long num_rows(const DlibPicture& picture) { return picture.frame.height; }
long num_columns(const DlibPicture& picture) { return picture.frame.width; }
long width_step(const DlibPicture& picture) { return static_cast<long>(picture.frame.stride); }
const void* image_data(const DlibPicture& picture) { return picture.frame.pixels; }

}  // namespace
}  // namespace eyelid::detection

template <>
struct dlib::image_traits<eyelid::detection::DlibPicture> {
  using pixel_type = unsigned char;
};

namespace eyelid::detection {
namespace {

// As many as the largest picture that is read at all (video/).
constexpr std::int64_t kMaxUpsampled_px = std::int64_t{1} << 27;

float score_of(double confidence) {
  return static_cast<float>(1.0 / (1.0 + exponential(-2.0 * confidence)));
}
double confidence_of(float score) { return 0.5 * logarithm(score / (1.0 - score)); }

class HogFaceDetector final : public FaceDetector {
 public:
  explicit HogFaceDetector(const HogOptions& options)
      : options_(options), detector_(shared_detector()) {}

  std::string_view name() const override { return "hog"; }

  void detect(const FrameView& frame, std::vector<FaceBox>& faces) override {
    EYELID_EXPECTS(!frame.is_empty());
    faces.clear();
    // dlib's scanner asserts on pictures it cannot put a single cell on.
    if (frame.width < 3 || frame.height < 3) return;
    found_.clear();
    const double threshold = confidence_of(options_.score_threshold);
    if (options_.upsampling == 0) {
      detector_(DlibPicture{frame}, found_, threshold);
    } else {
      expect_bounded(frame);
      upsample(frame);
      detector_(upsampled_, found_, threshold);
    }
    for (const dlib::rect_detection& detection : found_) faces.push_back(face_of(detection));
    std::stable_sort(faces.begin(), faces.end(), [](const FaceBox& a, const FaceBox& b) {
      return a.score > b.score;
    });
  }

  std::unique_ptr<FaceDetector> clone() const override {
    return std::make_unique<HogFaceDetector>(options_);
  }

 private:
  /// dlib builds the filters from text once; a copy per detector costs 1 ms.
  static const dlib::frontal_face_detector& shared_detector() {
    static const dlib::frontal_face_detector detector = dlib::get_frontal_face_detector();
    return detector;
  }

  /// Upsampling multiplies memory and time by 4 per level, of a picture from outside.
  void expect_bounded(const FrameView& frame) const {
    const std::int64_t area = std::int64_t{frame.width} * frame.height;
    if (area << (2 * options_.upsampling) <= kMaxUpsampled_px) return;
    throw InputError("a picture of " + std::to_string(frame.width) + " x " +
                     std::to_string(frame.height) + " pixels with upsampling " +
                     std::to_string(options_.upsampling) + ", expected at most " +
                     std::to_string(kMaxUpsampled_px) + " pixels after upsampling; try less");
  }

  void upsample(const FrameView& frame) {
    const dlib::pyramid_down<2> doubling;
    dlib::pyramid_up(DlibPicture{frame}, upsampled_, doubling);
    for (int level = 1; level < options_.upsampling; level++) dlib::pyramid_up(upsampled_);
  }

  FaceBox face_of(const dlib::rect_detection& detection) const {
    const dlib::rectangle rect = dlib::pyramid_down<2>().rect_down(
        detection.rect, static_cast<unsigned>(options_.upsampling));
    return {{static_cast<float>(rect.left()),  // right and bottom belong to it
             static_cast<float>(rect.top()),
             static_cast<float>(rect.width()),
             static_cast<float>(rect.height())},
            score_of(detection.detection_confidence),
            std::nullopt};
  }

  HogOptions options_;
  dlib::frontal_face_detector detector_;
  std::vector<dlib::rect_detection> found_;
  dlib::array2d<unsigned char> upsampled_;
};

}  // namespace

std::unique_ptr<FaceDetector> make_hog_detector(const HogOptions& options) {
  EYELID_EXPECTS(options.score_threshold > 0.0f && options.score_threshold < 1.0f);
  EYELID_EXPECTS(options.upsampling >= 0 && options.upsampling <= 4);
  return std::make_unique<HogFaceDetector>(options);
}

}  // namespace eyelid::detection
