// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "eyelid/core/geometry.hpp"
#include "eyelid/core/image.hpp"
#include "eyelid/landmarks/shape_model_description.hpp"

namespace eyelid::landmarks {

/// The box shapes are normalized to: normalized (x, y) is pixel (left + x extent_x, top + y
/// extent_y) of the image.
struct ShapeRegion {
  double left = 0.0;
  double top = 0.0;
  double extent_x = 1.0;
  double extent_y = 1.0;

  /// Patches of ours: normalized 1 is one patch width, in both directions (see PatchPlacement).
  static ShapeRegion of_patch(int patch_width);

  Point image_from_normalized(Point normalized) const;
};

/// Steps 1 and 2 of a prediction (see ShapeModelDescription): the pixels features see from `shape`.
/// `values` has one byte per feature. Needs shape.size() == mean_shape.size() and anchors below it.
void sample_pixels(const FrameView& image,
                   const ShapeRegion& region,
                   std::span<const Point> mean_shape,
                   std::span<const Point> shape,
                   std::span<const ShapeModelDescription::Feature> features,
                   std::span<std::uint8_t> values);

/// One face to find: where to look, and where its point_count() normalized points go.
struct ShapeQuery {
  FrameView image;
  ShapeRegion region;
  std::span<Point> points;
};

/// An ensemble ready to run, packed for this processor. Immutable: share it between threads.
class ShapeModel {
 public:
  /// Leaves are kept as the description says, half precision as 16-bit integers (as small, a third
  /// faster, within 0.02 px); or as `leaf_type`. Throws InputError when the description is
  /// inconsistent.
  explicit ShapeModel(const ShapeModelDescription& description);
  ShapeModel(const ShapeModelDescription& description, LeafType leaf_type);
  ~ShapeModel();
  ShapeModel(ShapeModel&&) noexcept;
  ShapeModel& operator=(ShapeModel&&) noexcept;

  std::size_t point_count() const;
  const std::map<std::string, std::string>& metadata() const;
  LeafType leaf_type() const;

  /// `points` receives point_count() normalized points; `image_from_normalized` of the region makes
  /// pixels of them. Allocates nothing. Same bits for the same model on every processor.
  void predict(const FrameView& image, const ShapeRegion& region, std::span<Point> points) const;
  /// The same for several faces, in any number of images, cascade by cascade: the same bits, less
  /// memory traffic.
  void predict(std::span<const ShapeQuery> queries) const;

 private:
  struct Packed;
  std::unique_ptr<const Packed> packed_;
};

}  // namespace eyelid::landmarks
