// SPDX-License-Identifier: MIT
#include "eyelid/kernels/warp_patch/warp_patch.hpp"

namespace eyelid::kernels {

void warp_patch(const GreyPixels& source,
                const WarpGrid& grid,
                bool is_mirrored,
                int width,
                int height,
                std::uint8_t* target,
                std::ptrdiff_t target_stride) {
  scalar::warp_patch(source, grid, is_mirrored, width, height, target, target_stride);
}

}  // namespace eyelid::kernels
