// SPDX-License-Identifier: MIT
#include "eyelid/landmarks/random_shape_model.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

namespace eyelid::landmarks {
namespace {

// std:: distributions differ between standard libraries; these do not.
class Random {
 public:
  explicit Random(std::uint32_t seed) : generator_(seed) {}
  float uniform() { return static_cast<float>(generator_() >> 8) * 0x1p-24f; }
  std::size_t below(std::size_t count) { return generator_() % count; }
  float normal() {
    float sum = -6.0f;
    for (int i = 0; i < 12; ++i) sum += uniform();
    return sum;
  }

 private:
  std::mt19937 generator_;
};

std::size_t nearest_point(const std::vector<Point>& shape, Point p) {
  const auto closer = [p](Point a, Point b) { return distance(a, p) < distance(b, p); };
  return static_cast<std::size_t>(std::min_element(shape.begin(), shape.end(), closer) -
                                  shape.begin());
}

ShapeModelDescription::Cascade random_cascade(const RandomShapeModelSize& size,
                                              const std::vector<Point>& mean_shape,
                                              float step,
                                              Random& random) {
  ShapeModelDescription::Cascade result;
  std::vector<Point> positions(size.features);
  for (Point& p : positions) {
    p = {random.uniform() * 1.2f - 0.1f, random.uniform() * 1.2f - 0.1f};
    const std::size_t anchor = nearest_point(mean_shape, p);
    result.features.push_back({static_cast<std::uint16_t>(anchor), p - mean_shape[anchor]});
  }
  const std::size_t leaf_count = std::size_t{1} << size.depth;
  for (std::size_t i = 0; i < size.trees * (leaf_count - 1); ++i) {
    std::size_t a = 0;
    std::size_t b = 0;
    do {
      a = random.below(size.features);
      b = random.below(size.features);
    } while (a == b ||
             distance(positions[a], positions[b]) > -0.15f * std::log(random.uniform() + 1e-9f));
    const auto threshold = static_cast<std::int16_t>(std::floor(random.uniform() * 128.0f - 64.0f));
    result.splits.push_back(
        {static_cast<std::uint16_t>(a), static_cast<std::uint16_t>(b), threshold});
  }
  result.leaves.resize(size.trees * leaf_count * 2 * size.points);
  for (float& value : result.leaves) value = step * random.normal();
  return result;
}

}  // namespace

ShapeModelDescription random_shape_model(const RandomShapeModelSize& size, std::uint32_t seed) {
  Random random(seed);
  ShapeModelDescription result;
  result.metadata = {{"name", "random"}, {"points", std::to_string(size.points)}};
  result.depth = size.depth;
  for (std::size_t i = 0; i < size.points; ++i) {
    const float angle = 2.0f * std::numbers::pi_v<float> * random.uniform();
    const float radius = 0.38f * std::sqrt(random.uniform());
    result.mean_shape.push_back({0.5f + radius * std::cos(angle), 0.5f + radius * std::sin(angle)});
  }
  float step = 0.0005f;
  for (std::size_t i = 0; i < size.cascades; ++i, step *= 0.7f) {
    result.cascades.push_back(random_cascade(size, result.mean_shape, step, random));
  }
  return result;
}

GrayImage random_gray_image(int width, int height, std::uint32_t seed) {
  Random random(seed);
  GrayImage image(width, height);
  const float phase = 6.0f * random.uniform();
  for (int row = 0; row < height; ++row) {
    for (int column = 0; column < width; ++column) {
      const auto x = static_cast<float>(column);
      const auto y = static_cast<float>(row);
      const float waves = 45.0f * std::sin(x * 0.031f + y * 0.017f + phase) +
                          35.0f * std::cos(x * 0.11f - y * 0.05f) + 25.0f * std::sin(y * 0.19f);
      const float value = 128.0f + waves + 2.0f * random.normal();
      image.row(row)[column] = static_cast<std::uint8_t>(std::clamp(value, 0.0f, 255.0f));
    }
  }
  return image;
}

}  // namespace eyelid::landmarks
