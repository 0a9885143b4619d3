// SPDX-License-Identifier: MIT
#include <algorithm>

#include "eyelid/kernels/warp_patch/warp_patch.hpp"

namespace eyelid::kernels::scalar {
namespace {

// floor(sum / count) for sum < 2^23 and count <= 2^14 without dividing: the reciprocal is less than
// count / 2^40 too large, which cannot carry the product over the next whole number.
class Divider {
 public:
  explicit Divider(std::uint32_t count) : factor_(((std::uint64_t{1} << 40) + count - 1) / count) {}
  std::uint32_t divide(std::uint32_t sum) const {
    return static_cast<std::uint32_t>((sum * factor_) >> 40);
  }

 private:
  std::uint64_t factor_;
};

template <int factor>
void shrink_row_by(const std::uint8_t* rows,
                   std::ptrdiff_t stride,
                   int block_count,
                   std::uint8_t* target) {
  const Divider divider(factor * factor);
  for (int i = 0; i < block_count; ++i, rows += factor) {
    std::uint32_t sum = factor * factor / 2;
#pragma GCC unroll 4
    for (int y = 0; y < factor; ++y) {
#pragma GCC unroll 4
      for (int x = 0; x < factor; ++x) sum += rows[y * stride + x];
    }
    target[i] = static_cast<std::uint8_t>(divider.divide(sum));
  }
}

}  // namespace

void warp_patch(const GrayPixels& source, const WarpGrid& grid, const WarpTarget& target) {
  const std::int64_t right = std::int64_t{source.width - 1} << 16;
  const std::int64_t bottom = std::int64_t{source.height - 1} << 16;
  for (int row = 0; row < target.height; ++row) {
    std::uint8_t* pixels = target.pixels + row * target.stride;
    std::int64_t x = grid.x0 - std::int64_t{grid.b} * row;
    std::int64_t y = grid.y0 + std::int64_t{grid.a} * row;
    for (int column = 0; column < target.width; ++column, x += grid.a, y += grid.b) {
      const std::int64_t inside_x = std::clamp<std::int64_t>(x, 0, right);
      const std::int64_t inside_y = std::clamp<std::int64_t>(y, 0, bottom);
      const auto fx = static_cast<std::uint32_t>(inside_x >> 8) & 255u;
      const auto fy = static_cast<std::uint32_t>(inside_y >> 8) & 255u;
      const std::ptrdiff_t down = inside_y < bottom ? source.stride : 0;
      const std::uint8_t* p = source.pixels + (inside_y >> 16) * source.stride + (inside_x >> 16);
      // At the right border fx is 0: the pixel behind it is read (slack) but has no weight.
      const std::uint32_t upper = p[0] * (256u - fx) + p[1] * fx;
      const std::uint32_t lower = p[down] * (256u - fx) + p[down + 1] * fx;
      const std::uint32_t value = (upper * (256u - fy) + lower * fy + 32768u) >> 16;
      pixels[target.is_mirrored ? target.width - 1 - column : column] =
          static_cast<std::uint8_t>(value);
    }
  }
}

void shrink_row(const std::uint8_t* rows,
                std::ptrdiff_t stride,
                int factor,
                int block_count,
                std::uint8_t* target) {
  if (factor == 2) return shrink_row_by<2>(rows, stride, block_count, target);
  if (factor == 3) return shrink_row_by<3>(rows, stride, block_count, target);
  if (factor == 4) return shrink_row_by<4>(rows, stride, block_count, target);
  const auto count = static_cast<std::uint32_t>(factor * factor);
  const Divider divider(count);
  for (int i = 0; i < block_count; ++i, rows += factor) {
    std::uint32_t sum = count / 2;
    for (int y = 0; y < factor; ++y) {
      for (int x = 0; x < factor; ++x) sum += rows[y * stride + x];
    }
    target[i] = static_cast<std::uint8_t>(divider.divide(sum));
  }
}

}  // namespace eyelid::kernels::scalar
