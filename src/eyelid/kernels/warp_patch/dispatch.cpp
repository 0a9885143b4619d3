// SPDX-License-Identifier: MIT
#include <algorithm>

#include "eyelid/compute/cpu_features.hpp"
#include "eyelid/kernels/warp_patch/warp_patch.hpp"

namespace eyelid::kernels {
namespace {

constexpr WarpKernels kVariants[] = {
#if defined(__x86_64__)
    {"x86_avx512_vbmi",
     compute::kAvx512 | compute::kAvx512Vbmi,
     avx512_vbmi::warp_patch,
     avx2::shrink_row},
    {"x86_avx2", compute::kAvx2, avx2::warp_patch, avx2::shrink_row},
#elif defined(__aarch64__)
    {"arm_neon", compute::kNeon, neon::warp_patch, neon::shrink_row},
#endif
    {"scalar", compute::kAnyCpu, scalar::warp_patch, scalar::shrink_row},
};

std::uint8_t mean(const std::uint8_t* pixels, std::ptrdiff_t stride, int width, int height) {
  const auto count = static_cast<std::uint32_t>(width * height);
  std::uint32_t sum = count / 2;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) sum += pixels[y * stride + x];
  }
  return static_cast<std::uint8_t>(sum / count);
}

}  // namespace

KernelList<WarpKernels> warp_kernels() { return KernelList(kVariants); }

void shrink_by_mean(const WarpKernels& kernels,
                    const GrayPixels& source,
                    int factor,
                    std::uint8_t* target,
                    std::ptrdiff_t target_stride) {
  const int whole_blocks = source.width / factor;
  for (int y = 0; y < source.height; y += factor, target += target_stride) {
    const std::uint8_t* rows = source.pixels + y * source.stride;
    const int height = std::min(factor, source.height - y);
    int done = 0;
    if (height == factor) {
      kernels.shrink_row(rows, source.stride, factor, whole_blocks, target);
      done = whole_blocks;
    }
    for (int x = done * factor; x < source.width; x += factor, ++done) {
      target[done] = mean(rows + x, source.stride, std::min(factor, source.width - x), height);
    }
  }
}

}  // namespace eyelid::kernels
