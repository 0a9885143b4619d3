// SPDX-License-Identifier: MIT
#include "eyelid/synthesis/canvas.hpp"

namespace eyelid::synthesis {

void blur(Canvas& canvas, int passes) {
  std::vector<float> above(static_cast<std::size_t>(canvas.width));
  for (int pass = 0; pass < passes; ++pass) {
    for (int y = 0; y < canvas.height; ++y) {
      float* row = canvas.row(y);
      float left = row[0];
      for (int x = 0; x + 1 < canvas.width; ++x) {
        const float here = row[x];
        row[x] = 0.25f * (left + row[x + 1]) + 0.5f * here;
        left = here;
      }
    }
    std::copy(canvas.row(0), canvas.row(0) + canvas.width, above.begin());
    for (int y = 0; y + 1 < canvas.height; ++y) {
      float* row = canvas.row(y);
      const float* below = canvas.row(y + 1);
      for (int x = 0; x < canvas.width; ++x) {
        const float here = row[x];
        row[x] = 0.25f * (above[static_cast<std::size_t>(x)] + below[x]) + 0.5f * here;
        above[static_cast<std::size_t>(x)] = here;
      }
    }
  }
}

}  // namespace eyelid::synthesis
