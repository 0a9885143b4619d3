// SPDX-License-Identifier: MIT
#include "eyelid/landmarks/dlib_reference.hpp"

#include <algorithm>
#include <sstream>

namespace eyelid::landmarks {
namespace {

dlib::impl::regression_tree dlib_tree(const ShapeModelDescription& model,
                                      const ShapeModelDescription::Cascade& cascade,
                                      std::size_t tree) {
  dlib::impl::regression_tree result;
  const std::size_t leaf_count = std::size_t{1} << model.depth;
  for (std::size_t i = 0; i + 1 < leaf_count; ++i) {
    const auto& split = cascade.splits[tree * (leaf_count - 1) + i];
    dlib::impl::split_feature feature;
    feature.idx1 = split.feature_a;
    feature.idx2 = split.feature_b;
    feature.thresh = static_cast<float>(split.threshold) + 0.25f;  // same test on whole numbers
    result.splits.push_back(feature);
  }
  const long values = static_cast<long>(2 * model.mean_shape.size());
  for (std::size_t leaf = 0; leaf < leaf_count; ++leaf) {
    dlib::matrix<float, 0, 1> row(values);
    const float* source =
        cascade.leaves.data() + (tree * leaf_count + leaf) * static_cast<std::size_t>(values);
    for (long i = 0; i < values; ++i) row(i) = source[i];
    result.leaf_values.push_back(row);
  }
  return result;
}

}  // namespace

DlibReference::DlibReference(const ShapeModelDescription& model) {
  const std::size_t points = model.mean_shape.size();
  mean_.set_size(static_cast<long>(2 * points));
  for (std::size_t i = 0; i < points; ++i) {
    mean_(static_cast<long>(2 * i)) = model.mean_shape[i].x;
    mean_(static_cast<long>(2 * i + 1)) = model.mean_shape[i].y;
  }
  std::vector<std::vector<dlib::vector<float, 2>>> positions;
  for (const auto& cascade : model.cascades) {
    forests_.emplace_back();
    for (std::size_t tree = 0; tree < model.tree_count(cascade); ++tree) {
      forests_.back().push_back(dlib_tree(model, cascade, tree));
    }
    positions.emplace_back();
    for (const auto& feature : cascade.features) {
      const Point p = model.mean_shape[feature.anchor] + feature.offset;
      positions.back().emplace_back(p.x, p.y);
    }
    anchors_.emplace_back();
    deltas_.emplace_back();
    dlib::impl::create_shape_relative_encoding(
        mean_, positions.back(), anchors_.back(), deltas_.back());
  }
  predictor_ = dlib::shape_predictor(mean_, forests_, positions);
}

std::string DlibReference::serialized() const {
  std::ostringstream out;
  dlib::serialize(predictor_, out);
  return out.str();
}

std::vector<Point> DlibReference::unrounded(const dlib::array2d<unsigned char>& image,
                                            const dlib::rectangle& box) const {
  dlib::matrix<float, 0, 1> shape = mean_;
  std::vector<float> values;
  for (std::size_t i = 0; i < forests_.size(); ++i) {
    dlib::impl::extract_feature_pixel_values(
        image, box, shape, mean_, anchors_[i], deltas_[i], values);
    unsigned long leaf = 0;
    for (const auto& tree : forests_[i]) shape += tree(values, leaf);
  }
  const auto to_image = dlib::impl::unnormalizing_tform(box);
  std::vector<Point> points;
  for (long i = 0; i < shape.size() / 2; ++i) {
    const dlib::vector<double, 2> p =
        to_image(dlib::impl::location(shape, static_cast<unsigned long>(i)));
    points.push_back({static_cast<float>(p.x()), static_cast<float>(p.y())});
  }
  return points;
}

dlib::array2d<unsigned char> dlib_image(const FrameView& image) {
  dlib::array2d<unsigned char> result(image.height, image.width);
  for (int y = 0; y < image.height; ++y) {
    std::copy_n(image.row(y), image.width, &result[y][0]);
  }
  return result;
}

}  // namespace eyelid::landmarks
