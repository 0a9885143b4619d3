// SPDX-License-Identifier: MIT
#include "training/landmarks/pixel_table.hpp"

#include <algorithm>

#include <tbb/parallel_for.h>

#include "eyelid/landmarks/shape_model.hpp"

namespace eyelid::training {

void PixelTable::fill(const ShapeExamples& examples,
                      std::span<const std::uint32_t> patch_of,
                      std::span<const Point> mean_shape,
                      std::span<const Point> shapes,
                      std::span<const landmarks::ShapeModelDescription::Feature> features) {
  // Rows are transposed by the block, so that every cache line of a column is written at once.
  constexpr std::size_t kBlock = 64;
  const std::size_t points = mean_shape.size();
  const std::size_t blocks = (samples_ + kBlock - 1) / kBlock;
  tbb::parallel_for(std::size_t{0}, blocks, [&](std::size_t block) {
    const std::size_t first = block * kBlock;
    const std::size_t count = std::min(kBlock, samples_ - first);
    std::vector<std::uint8_t> rows(count * features.size());
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t sample = first + i;
      const GrayImage& patch = examples.patches[patch_of[sample]];
      landmarks::sample_pixels(patch,
                               landmarks::ShapeRegion::of_patch(patch.width()),
                               mean_shape,
                               shapes.subspan(sample * points, points),
                               features,
                               std::span(rows).subspan(i * features.size(), features.size()));
    }
    for (std::size_t feature = 0; feature < features.size(); ++feature) {
      std::uint8_t* column = values_.data() + feature * samples_ + first;
      for (std::size_t i = 0; i < count; ++i) column[i] = rows[i * features.size() + feature];
    }
  });
}

}  // namespace eyelid::training
