// SPDX-License-Identifier: MIT
#include "eyelid/detection/hog_face_detector.hpp"

#include <dlib/array2d.h>
#include <dlib/image_processing/frontal_face_detector.h>
#include <dlib/image_transforms.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "eyelid/compute/aligned_buffer.hpp"
#include "eyelid/compute/cpu_features.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/core/exponential.hpp"
#include "eyelid/kernels/hog/hog.hpp"

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

using kernels::HogFilter;
using kernels::HogGrid;
using kernels::kHogCell_px;
using kernels::kHogWindow;
using Pyramid = dlib::pyramid_down<6>;

/// One of dlib's windows: frontal, turned left and right, tilted left and right.
struct Window {
  std::vector<HogFilter> filters;
  double threshold;
};

struct Windows {
  std::vector<Window> all;
  dlib::test_box_overlap overlaps;
  unsigned long least_level_px;  // sides of the smallest picture but the first that is searched

  Windows() {
    const dlib::frontal_face_detector detector = dlib::get_frontal_face_detector();
    const auto& scanner = detector.get_scanner();
    EYELID_EXPECTS(scanner.get_fhog_window_width() == kHogWindow &&
                   scanner.get_fhog_window_height() == kHogWindow && scanner.get_padding() == 0 &&
                   scanner.get_cell_size() == kHogCell_px);
    overlaps = detector.get_overlap_tester();
    least_level_px = scanner.get_min_pyramid_layer_width();
    // More levels than any picture has.
    EYELID_EXPECTS(scanner.get_min_pyramid_layer_height() == least_level_px &&
                   scanner.get_max_pyramid_levels() >= 100);
    for (unsigned long i = 0; i < detector.num_detectors(); i++) {
      Window& window = all.emplace_back();
      window.threshold = detector.get_w(i)(scanner.get_num_dimensions());
      // dlib has taken the filters apart (singular values).
      const auto& bank = detector.get_processed_w(i).get_detect_argument();
      for (std::size_t plane = 0; plane < bank.row_filters.size(); plane++) {
        for (std::size_t k = 0; k < bank.row_filters[plane].size(); k++) {
          HogFilter& filter = window.filters.emplace_back();
          filter.plane = static_cast<int>(plane);
          for (int n = 0; n < kHogWindow; n++) {
            filter.row[n] = bank.row_filters[plane][k](n);
            filter.column[n] = bank.col_filters[plane][k](n);
          }
        }
      }
    }
  }
};

/// dlib makes the filters from text, which takes longer than many frames.
const Windows& windows() {
  static const Windows windows;
  return windows;
}

/// Features of pictures of one size; the border stays 0.
struct Features {
  HogGrid grid;
  compute::AlignedBuffer<float> planes;

  Features() = default;
  explicit Features(const HogGrid& of) : grid(of), planes(of.planes_size()) {}
};

void grow(compute::AlignedBuffer<float>& buffer, std::size_t size) {
  if (buffer.size() < size) buffer = compute::AlignedBuffer<float>(size);
}

dlib::rectangle rectangle_of(int column, int row, unsigned level) {
  const dlib::point center(column + kHogWindow / 2, row + kHogWindow / 2);
  const dlib::rectangle cells = dlib::centered_rect(center, kHogWindow, kHogWindow);
  return Pyramid().rect_up(dlib::fhog_to_image(cells, kHogCell_px, kHogWindow, kHogWindow), level);
}

class HogFaceDetector final : public FaceDetector {
 public:
  explicit HogFaceDetector(const HogOptions& options) : options_(options) { windows(); }

  std::string_view name() const override { return "hog"; }

  void detect(const FrameView& frame, std::vector<FaceBox>& faces) override {
    EYELID_EXPECTS(!frame.is_empty());
    faces.clear();
    const double threshold = confidence_of(options_.score_threshold);
    found_.clear();
    if (options_.upsampling == 0) {
      search(frame, threshold);
    } else {
      expect_bounded(frame);
      upsample(frame);
      search(view_of(upsampled_), threshold);
    }
    keep_best();
    for (const dlib::rect_detection& detection : kept_) faces.push_back(face_of(detection));
  }

  std::unique_ptr<FaceDetector> clone() const override {
    return std::make_unique<HogFaceDetector>(options_);
  }

 private:
  static FrameView view_of(const dlib::array2d<unsigned char>& picture) {
    return {static_cast<const std::uint8_t*>(dlib::image_data(picture)),
            static_cast<int>(picture.nc()),
            static_cast<int>(picture.nr()),
            picture.width_step()};
  }

  void search(FrameView picture, double threshold) {
    const auto is_large = [](const dlib::rectangle& area) {
      return std::min(area.width(), area.height()) >= windows().least_level_px;
    };
    dlib::rectangle area(static_cast<unsigned long>(picture.width),
                         static_cast<unsigned long>(picture.height));
    for (unsigned level = 0;; level++) {
      if (level == levels_.size()) levels_.emplace_back();
      search_level(picture, level, threshold);
      area = Pyramid().rect_down(area);
      if (!is_large(area)) {
        levels_.resize(level + 1);  // what larger pictures needed is given back
        return;
      }
      Pyramid()(DlibPicture{picture}, smaller_);
      swap(smaller_, level_);
      picture = view_of(level_);
    }
  }

  /// The memory of a level stays for the next frame of the size.
  void search_level(const FrameView& picture, unsigned level, double threshold) {
    const HogGrid grid(picture.width, picture.height);
    if (grid.is_empty()) return;
    Features& features = levels_[level];
    const bool is_same = features.grid.columns == grid.columns && features.grid.rows == grid.rows;
    if (!is_same) features = Features(grid);
    grow(scratch_, grid.scratch_size());
    grow(scores_, grid.score_size());
    kernels_.features(picture.pixels,
                      picture.stride,
                      picture.width,
                      picture.height,
                      scratch_.data(),
                      features.planes.data());
    for (std::size_t i = 0; i < windows().all.size(); i++) {
      const Window& window = windows().all[i];
      kernels_.scores(features.planes.data(),
                      grid,
                      window.filters.data(),
                      static_cast<std::ptrdiff_t>(window.filters.size()),
                      scratch_.data(),
                      scores_.data());
      for (int row = 0; row < grid.height(); row++) {
        const float* scores = scores_.data() + row * grid.score_stride();
        for (int column = 0; column < grid.width(); column++) {
          const double confidence = double{scores[column]} - window.threshold;
          if (confidence < threshold) continue;
          dlib::rect_detection& detection = found_.emplace_back();
          detection.detection_confidence = confidence;
          detection.weight_index = i;
          detection.rect = rectangle_of(column, row, level);
        }
      }
    }
  }

  /// Of those that overlap, the most confident one, whichever window found it.
  void keep_best() {
    std::stable_sort(found_.begin(), found_.end(), [](const auto& a, const auto& b) {
      return a.detection_confidence > b.detection_confidence;
    });
    kept_.clear();
    for (const dlib::rect_detection& detection : found_) {
      const bool is_new = std::none_of(kept_.begin(), kept_.end(), [&](const auto& other) {
        return windows().overlaps(other.rect, detection.rect);
      });
      if (is_new) kept_.push_back(detection);
    }
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
  const kernels::HogKernels& kernels_ = kernels::hog_kernels().pick(compute::cpu_features());
  std::vector<Features> levels_;
  compute::AlignedBuffer<float> scratch_, scores_;  // of the largest level
  std::vector<dlib::rect_detection> found_, kept_;
  dlib::array2d<unsigned char> upsampled_, smaller_, level_;
};

}  // namespace

std::unique_ptr<FaceDetector> make_hog_detector(const HogOptions& options) {
  EYELID_EXPECTS(options.score_threshold > 0.0f && options.score_threshold < 1.0f);
  EYELID_EXPECTS(options.upsampling >= 0 && options.upsampling <= 4);
  return std::make_unique<HogFaceDetector>(options);
}

}  // namespace eyelid::detection
