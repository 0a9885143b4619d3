// SPDX-License-Identifier: MIT
#include <algorithm>

#include "eyelid/kernels/warp_patch/warp_patch.hpp"

namespace eyelid::kernels {
namespace scalar {

void warp_patch(const GreyPixels& source,
                const WarpGrid& grid,
                bool is_mirrored,
                int width,
                int height,
                std::uint8_t* target,
                std::ptrdiff_t target_stride) {
  const std::int64_t right = std::int64_t{source.width - 1} << 16;
  const std::int64_t bottom = std::int64_t{source.height - 1} << 16;
  for (int row = 0; row < height; ++row, target += target_stride) {
    std::int64_t x = grid.x0 - std::int64_t{grid.b} * row;
    std::int64_t y = grid.y0 + std::int64_t{grid.a} * row;
    for (int column = 0; column < width; ++column, x += grid.a, y += grid.b) {
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
      target[is_mirrored ? width - 1 - column : column] = static_cast<std::uint8_t>(value);
    }
  }
}

}  // namespace scalar

void shrink_by_mean(const GreyPixels& source,
                    int factor,
                    std::uint16_t* sums,
                    std::uint8_t* target,
                    std::ptrdiff_t target_stride) {
  for (int y = 0; y < source.height; y += factor, target += target_stride) {
    const int rows = std::min(factor, source.height - y);
    std::fill(sums, sums + source.width, std::uint16_t{0});
    for (int row = 0; row < rows; ++row) {
      const std::uint8_t* pixels = source.pixels + (y + row) * source.stride;
      for (int x = 0; x < source.width; ++x) {
        sums[x] = static_cast<std::uint16_t>(sums[x] + pixels[x]);
      }
    }
    for (int x = 0, column = 0; x < source.width; x += factor, ++column) {
      const int columns = std::min(factor, source.width - x);
      std::uint32_t sum = 0;
      for (int i = 0; i < columns; ++i) sum += sums[x + i];
      const auto count = static_cast<std::uint32_t>(rows * columns);
      target[column] = static_cast<std::uint8_t>((sum + count / 2) / count);
    }
  }
}

}  // namespace eyelid::kernels
