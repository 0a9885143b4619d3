// SPDX-License-Identifier: MIT
#pragma once

#include <dlib/image_processing/shape_predictor.h>

#include <string>
#include <vector>

#include "eyelid/core/geometry.hpp"
#include "eyelid/core/image.hpp"
#include "eyelid/landmarks/shape_model.hpp"

/// dlib's predictor and its parts, for tests and for timing on equal terms.
namespace eyelid::landmarks {

/// dlib::shape_predictor made from a description through its public constructor, beside the parts
/// it hides: dlib rounds landmarks to whole pixels on the way out, `unrounded` calls the same
/// functions of dlib::impl without that last step.
class DlibReference {
 public:
  explicit DlibReference(const ShapeModelDescription& model);

  const dlib::shape_predictor& predictor() const { return predictor_; }
  /// The bytes of `dlib::serialize("x.dat") << predictor`.
  std::string serialized() const;
  std::vector<Point> unrounded(const dlib::array2d<unsigned char>& image,
                               const dlib::rectangle& box) const;

 private:
  dlib::matrix<float, 0, 1> mean_;
  std::vector<std::vector<dlib::impl::regression_tree>> forests_;
  std::vector<std::vector<unsigned long>> anchors_;
  std::vector<std::vector<dlib::vector<float, 2>>> deltas_;
  dlib::shape_predictor predictor_;
};

/// 0 and 1 are the centers of the first and last pixel of a box with whole coordinates.
inline ShapeRegion region_of_dlib_box(int left, int top, int width, int height) {
  return {static_cast<double>(left),
          static_cast<double>(top),
          static_cast<double>(width - 1),
          static_cast<double>(height - 1)};
}

dlib::array2d<unsigned char> dlib_image(const FrameView& image);

}  // namespace eyelid::landmarks
