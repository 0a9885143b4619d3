// SPDX-License-Identifier: MIT
#include "eyelid/synthesis/canvas.hpp"

namespace eyelid::synthesis {

void spread(Canvas& canvas, float share) {
  if (share <= 0.0f || canvas.width < 2 || canvas.height < 2) return;
  const float keep = 1.0f - 2.0f * share;
  const auto width = static_cast<std::size_t>(canvas.width);
  // Rows filtered along x: the one above, this one and the one below.
  thread_local std::vector<float> lines;
  lines.resize(3 * width);
  const auto filter_row = [&](int y) {
    const float* row = canvas.row(y);
    float* line = lines.data() + static_cast<std::size_t>(y % 3) * width;
    line[0] = (keep + share) * row[0] + share * row[1];
    for (std::size_t x = 1; x + 1 < width; ++x) {
      line[x] = keep * row[x] + share * (row[x - 1] + row[x + 1]);
    }
    line[width - 1] = (keep + share) * row[width - 1] + share * row[width - 2];
  };
  filter_row(0);
  for (int y = 0; y < canvas.height; ++y) {
    if (y + 1 < canvas.height) filter_row(y + 1);
    const int above = std::max(y - 1, 0);
    const int below = std::min(y + 1, canvas.height - 1);
    const float* line_above = lines.data() + static_cast<std::size_t>(above % 3) * width;
    const float* line = lines.data() + static_cast<std::size_t>(y % 3) * width;
    const float* line_below = lines.data() + static_cast<std::size_t>(below % 3) * width;
    float* row = canvas.row(y);
    for (std::size_t x = 0; x < width; ++x) {
      row[x] = keep * line[x] + share * (line_above[x] + line_below[x]);
    }
  }
}

}  // namespace eyelid::synthesis
