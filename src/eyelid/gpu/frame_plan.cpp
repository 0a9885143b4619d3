// SPDX-License-Identifier: MIT
#include "eyelid/gpu/frame_plan.hpp"

#include <string>

#include "eyelid/core/error.hpp"
#include "eyelid/detection/blazeface_face_detector.hpp"
#include "eyelid/frames/letterbox.hpp"
#include "eyelid/frames/resampler.hpp"

namespace eyelid::gpu {

FramePlan plan_frames(int width, int height) {
  EYELID_EXPECTS(width > 0 && height > 0);
  if (width > kWidestFrame_px) {
    throw InputError("frames of " + std::to_string(width) +
                     " pixels width: too wide for the GPU; "
                     "expected at most " +
                     std::to_string(kWidestFrame_px));
  }
  constexpr int kSide = 128;
  const frames::Placement placement = frames::letterbox_placement(kSide, width, height);
  const frames::Resampler resampler(width, height, kSide, kSide, placement);
  const frames::Resampler::Tables tables = resampler.tables();

  FramePlan plan;
  plan.width = width;
  plan.height = height;
  plan.row_bytes = (width + 15) / 16 * 16;
  plan.frame_bytes = static_cast<std::size_t>(plan.row_bytes) * static_cast<std::size_t>(height);
  plan.placement = detection::input_placement(placement);

  std::vector<kernels::gpu::LetterboxTaps> rows, columns;
  std::vector<std::int16_t> weights(tables.row_weights.begin(), tables.row_weights.end());
  for (const auto& row : tables.rows) {
    rows.push_back({row.first, row.count, static_cast<std::int32_t>(row.weights_begin)});
  }
  for (std::size_t x = 0; x < kSide; x++) {
    // The padding of the CPU's tables is dropped: it would be read behind the row.
    const auto taps =
        tables.column_weights.subspan(x * tables.column_tap_count, tables.column_tap_count);
    std::size_t count = taps.size();
    while (count > 0 && taps[count - 1] == 0) count--;
    columns.push_back({tables.column_first[x],
                       static_cast<std::int32_t>(count),
                       static_cast<std::int32_t>(weights.size())});
    weights.insert(weights.end(), taps.begin(), taps.begin() + static_cast<std::ptrdiff_t>(count));
  }
  plan.row_taps = plan.image.add(rows);
  plan.column_taps = plan.image.add(columns);
  plan.weights = plan.image.add(weights);
  return plan;
}

PlanPointers plan_pointers(const FramePlan& plan, std::uintptr_t base) {
  return {plan.row_taps.at(base), plan.column_taps.at(base), plan.weights.at(base)};
}

}  // namespace eyelid::gpu
