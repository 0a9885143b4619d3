// SPDX-License-Identifier: MIT
#include "eyelid/kernels/tree_ensemble/scalar.hpp"

#include <bit>
#include <cmath>
#include <cstring>

namespace eyelid::kernels {
namespace scalar {
namespace {

template <class T>
const T* leaf_row(const LeafTable& leaves, const std::uint8_t* leaf, int tree) {
  const std::size_t row = (static_cast<std::size_t>(tree) << leaves.depth) + leaf[tree];
  return reinterpret_cast<const T*>(leaves.rows + row * leaves.row_bytes);
}

}  // namespace

void sample_features(const SampledImage& image,
                     const FeatureTable& features,
                     const float* shape,
                     float a,
                     float b,
                     std::uint8_t* values) {
  for (int i = 0; i < features.count; ++i) {
    const float* anchor = shape + 2 * features.anchor[i];
    const float x = (a * features.dx[i] - b * features.dy[i]) + anchor[0];
    const float y = (b * features.dx[i] + a * features.dy[i]) + anchor[1];
    const double column = std::floor(image.left + image.extent_x * double{x} + 0.5);
    const double row = std::floor(image.top + image.extent_y * double{y} + 0.5);
    // Compared as doubles: positions of a diverged shape need not fit an integer, or be numbers.
    const bool is_inside =
        column >= 0.0 && column < image.width && row >= 0.0 && row < image.height;
    values[i] = is_inside ? image.pixels[static_cast<std::ptrdiff_t>(row) * image.stride +
                                         static_cast<std::ptrdiff_t>(column)]
                          : std::uint8_t{0};
  }
}

void walk_trees(const std::uint32_t* nodes,
                int depth,
                int tree_count,
                const std::uint8_t* values,
                std::uint8_t* leaf) {
  const std::size_t node_count = (std::size_t{1} << depth) - 1;
  for (int tree = 0; tree < tree_count; ++tree, nodes += node_count) {
    std::uint32_t path = 0;
    for (int level = 0; level < depth; ++level) {
      const std::uint32_t node = nodes[(1u << level) - 1u + path];
      const int difference = values[node & 1023u] - values[(node >> 10) & 1023u];
      path = 2 * path + (difference > static_cast<int>(node >> 20) ? 1u : 0u);
    }
    leaf[tree] = static_cast<std::uint8_t>(path);
  }
}

void add_leaves_f32(const LeafTable& leaves, const std::uint8_t* leaf, float* shape) {
  for (int tree = 0; tree < leaves.tree_count; ++tree) {
    const float* row = leaf_row<float>(leaves, leaf, tree);
    for (int i = 0; i < leaves.value_count; ++i) shape[i] += row[i];
  }
}

void add_leaves_f16(const LeafTable& leaves, const std::uint8_t* leaf, float* shape) {
  for (int tree = 0; tree < leaves.tree_count; ++tree) {
    const std::uint16_t* row = leaf_row<std::uint16_t>(leaves, leaf, tree);
    for (int i = 0; i < leaves.value_count; ++i) shape[i] += float_from_half(row[i]);
  }
}

void add_leaves_i16(const LeafTable& leaves, const std::uint8_t* leaf, float scale, float* shape) {
  for (int i = 0; i < leaves.value_count; ++i) {
    std::int32_t sum = 0;
    for (int tree = 0; tree < leaves.tree_count; ++tree) {
      sum += leaf_row<std::int16_t>(leaves, leaf, tree)[i];
    }
    shape[i] += scale * static_cast<float>(sum);
  }
}

}  // namespace scalar

float float_from_half(std::uint16_t half) {
  const std::uint32_t sign = (half & 0x8000u) << 16;
  const std::uint32_t exponent = (half >> 10) & 31u;
  const std::uint32_t mantissa = half & 1023u;
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7f800000u | mantissa << 13);
  if (exponent != 0) return std::bit_cast<float>(sign | (exponent + 112u) << 23 | mantissa << 13);
  const float magnitude = std::ldexp(static_cast<float>(mantissa), -24);
  return sign != 0 ? -magnitude : magnitude;
}

std::uint16_t half_from_float(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint16_t>((bits >> 16) & 0x8000u);
  const float magnitude = std::fabs(value);
  if (std::isnan(value)) return static_cast<std::uint16_t>(sign | 0x7e00u);
  if (magnitude >= 65520.0f) return static_cast<std::uint16_t>(sign | 0x7c00u);
  // Below 2^-14 halves are multiples of 2^-24; above, the exponent of the value counts.
  int exponent = -14;
  if (magnitude >= 0x1p-14f) exponent = std::ilogb(magnitude);
  const float steps = std::nearbyint(std::ldexp(magnitude, 10 - exponent));
  const auto rounded = static_cast<std::uint32_t>(steps);  // 0 .. 2048; a carry moves the exponent
  const auto biased = static_cast<std::uint32_t>(exponent + 14) << 10;
  return static_cast<std::uint16_t>(sign | (biased + rounded));
}

}  // namespace eyelid::kernels
