// SPDX-License-Identifier: MIT
#pragma once

#include "eyelid/kernels/gpu/block.hpp"
#include "eyelid/kernels/warp_patch/warp_patch.hpp"

namespace eyelid::kernels::gpu {

/// Where a patch is cut: out of `source`, seen through means of factor x factor blocks counted from
/// its corner (at the right and lower border of the pixels that exist); `grid` is in positions of
/// the shrunk picture. factor 1: the source itself.
struct PatchCut {
  GrayPixels source;
  int factor;
  WarpGrid grid;
  int width;
  int height;
  int is_mirrored;
};

/// Pixel (column, row) of the shrunk picture. The same integers as shrink_by_mean.
EYELID_DEVICE std::uint32_t shrunk_pixel(const PatchCut& cut, int column, int row) {
  if (cut.factor == 1) return cut.source.pixels[row * cut.source.stride + column];
  const int x = column * cut.factor;
  const int y = row * cut.factor;
  const int right = x + cut.factor < cut.source.width ? x + cut.factor : cut.source.width;
  const int bottom = y + cut.factor < cut.source.height ? y + cut.factor : cut.source.height;
  const auto count = static_cast<std::uint32_t>((right - x) * (bottom - y));
  std::uint32_t sum = count / 2;
  for (int v = y; v < bottom; v++) {
    for (int u = x; u < right; u++) sum += cut.source.pixels[v * cut.source.stride + u];
  }
  return sum / count;
}

/// Pixel (column, row) of the patch, before it is mirrored: WarpPatch of warp_patch.hpp on the
/// shrunk picture, whose pixels are made where they are needed: a bilinear sample sees four, so
/// four times the means of a picture shrunk beforehand, all out of the first-level cache.
EYELID_DEVICE std::uint8_t patch_pixel(const PatchCut& cut, int column, int row) {
  const int width = (cut.source.width + cut.factor - 1) / cut.factor;
  const int height = (cut.source.height + cut.factor - 1) / cut.factor;
  const std::int64_t right = std::int64_t{width - 1} << 16;
  const std::int64_t bottom = std::int64_t{height - 1} << 16;
  std::int64_t x = cut.grid.x0 + std::int64_t{cut.grid.a} * column - std::int64_t{cut.grid.b} * row;
  std::int64_t y = cut.grid.y0 + std::int64_t{cut.grid.b} * column + std::int64_t{cut.grid.a} * row;
  x = x < 0 ? 0 : x > right ? right : x;
  y = y < 0 ? 0 : y > bottom ? bottom : y;
  const auto fx = static_cast<std::uint32_t>(x >> 8) & 255u;
  const auto fy = static_cast<std::uint32_t>(y >> 8) & 255u;
  const auto u = static_cast<int>(x >> 16);
  const auto v = static_cast<int>(y >> 16);
  const int next_u = u + 1 < width ? u + 1 : u;  // without weight at the border
  const int next_v = v + 1 < height ? v + 1 : v;
  const std::uint32_t upper =
      shrunk_pixel(cut, u, v) * (256u - fx) + shrunk_pixel(cut, next_u, v) * fx;
  const std::uint32_t lower =
      shrunk_pixel(cut, u, next_v) * (256u - fx) + shrunk_pixel(cut, next_u, next_v) * fx;
  return static_cast<std::uint8_t>((upper * (256u - fy) + lower * fy + 32768u) >> 16);
}

/// Cuts a patch into `pixels` (rows dense): the work of one thread among `threads`.
EYELID_DEVICE void cut_patch(const PatchCut& cut, std::uint8_t* pixels, int thread, int threads) {
  for (int i = thread; i < cut.width * cut.height; i += threads) {
    const int row = i / cut.width;
    const int column = i % cut.width;
    const int target = cut.is_mirrored != 0 ? cut.width - 1 - column : column;
    pixels[row * cut.width + target] = patch_pixel(cut, column, row);
  }
}

}  // namespace eyelid::kernels::gpu
