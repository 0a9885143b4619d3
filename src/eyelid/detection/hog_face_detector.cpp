// SPDX-License-Identifier: MIT
#include "eyelid/detection/hog_face_detector.hpp"

#include <dlib/image_processing/frontal_face_detector.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "eyelid/core/error.hpp"
#include "eyelid/frames/resampler.hpp"

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

float score_of(double confidence) {
  return static_cast<float>(1.0 / (1.0 + std::exp(-2.0 * confidence)));
}
double confidence_of(float score) { return 0.5 * std::log(score / (1.0 - score)); }

class HogFaceDetector final : public FaceDetector {
 public:
  explicit HogFaceDetector(const HogOptions& options)
      : options_(options), detector_(shared_detector()) {}

  std::string_view name() const override { return "hog"; }

  void detect(const FrameView& frame, std::vector<FaceBox>& faces) override {
    EYELID_EXPECTS(!frame.is_empty());
    faces.clear();
    const double scale = scale_for(frame);
    if (scale == 1.0) {
      search(frame, 1.0, faces);
    } else {
      search(resized(frame, scale), scale, faces);
    }
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

  double scale_for(const FrameView& frame) const {
    const double wanted = static_cast<double>(kHogWindow_px) / options_.smallest_face_px;
    const double limit =
        static_cast<double>(options_.longest_side_px) / std::max(frame.width, frame.height);
    return std::min(wanted, limit);
  }

  const GreyImage& resized(const FrameView& frame, double scale) {
    const bool is_prepared = resampler_ && resampler_->source_width() == frame.width &&
                             resampler_->source_height() == frame.height;
    if (!is_prepared) {
      const auto extent = [&](int size) {
        return std::max(1, static_cast<int>(std::lround(size * scale)));
      };
      resampler_.emplace(frame.width,
                         frame.height,
                         extent(frame.width),
                         extent(frame.height),
                         frames::Placement{scale, 0.0, 0.0});
    }
    resampler_->run(frame, resized_);
    return resized_;
  }

  void search(const FrameView& picture, double scale, std::vector<FaceBox>& faces) {
    // dlib's scanner asserts on pictures it cannot put a single cell on.
    if (picture.width < 3 || picture.height < 3) return;
    found_.clear();
    detector_(DlibPicture{picture}, found_, confidence_of(options_.score_threshold));
    for (const dlib::rect_detection& detection : found_) {
      const auto in_frame = [&](long pixel) {
        return static_cast<float>(static_cast<double>(pixel) / scale);
      };
      const dlib::rectangle& rect = detection.rect;  // right and bottom belong to it
      faces.push_back({{in_frame(rect.left()),
                        in_frame(rect.top()),
                        in_frame(static_cast<long>(rect.width())),
                        in_frame(static_cast<long>(rect.height()))},
                       score_of(detection.detection_confidence),
                       std::nullopt});
    }
    std::stable_sort(faces.begin(), faces.end(), [](const FaceBox& a, const FaceBox& b) {
      return a.score > b.score;
    });
  }

  HogOptions options_;
  dlib::frontal_face_detector detector_;
  std::vector<dlib::rect_detection> found_;
  std::optional<frames::Resampler> resampler_;
  GreyImage resized_;
};

}  // namespace

std::unique_ptr<FaceDetector> make_hog_detector(const HogOptions& options) {
  EYELID_EXPECTS(options.score_threshold > 0.0f && options.score_threshold < 1.0f);
  EYELID_EXPECTS(options.smallest_face_px >= 10.0f && options.longest_side_px >= kHogWindow_px);
  return std::make_unique<HogFaceDetector>(options);
}

}  // namespace eyelid::detection
