// SPDX-License-Identifier: MIT
// Private to blazeface_network.cpp: stem and blocks on maps of words
// (kernels/blazeface/blazeface_packed.hpp).
#pragma once

#include <bit>
#include <cstdint>

#include "eyelid/compute/arena.hpp"
#include "eyelid/core/image.hpp"
#include "eyelid/networks/blazeface_packing.hpp"
#include "eyelid/networks/blazeface_plan.hpp"

namespace eyelid::networks {

/// `Packed` is PackedBf16 or PackedInt8, `rows` the rows of a word. Allocates only in the
/// constructor.
template <class Packed, class Kernels, int rows>
class BlazeFacePackedLayers {
 public:
  static constexpr int kRowsPerWord = rows;

  BlazeFacePackedLayers(const Packed& packed, const Kernels& kernels, compute::Arena& arena)
      : packed_(packed),
        kernels_(kernels),
        memory_(arena.take<std::uint32_t>(plan_.size)),
        workspace_(arena.take<std::uint32_t>(kernels::kBlazeWorkspace)),
        zeros_(arena.take<std::uint32_t>(64 * 96 + 2 * kernels::kRowSlack)) {}

  const char* isa() const { return kernels_.isa; }

  void run(const FrameView& picture) {
    for (const BlazeFacePlan::Strip& strip : plan_.strips) {
      if (strip.layer == 0) {
        run_stem(strip.y, picture);
      } else {
        run_block(strip.layer, strip.y);
      }
    }
  }

  /// Rows y .. y + kRowsPerWord - 1 of a map, in single precision; y a multiple of kRowsPerWord.
  void unpack(int layer, int y, float* const* targets) const {
    const BlazeFaceMap& map = map_of(layer);
    kernels_.unpack(line(map, y), map.width, map.channels, targets);
  }

  /// All channels of one pixel.
  void unpack_pixel(int layer, int x, int y, float* channels) const {
    const BlazeFaceMap& map = map_of(layer);
    const std::uint32_t* words = line(map, y);
    for (int c = 0; c < map.channels; c++, words += map.width) {
      channels[c] = number(words, map.width, x, y % rows);
    }
  }

 private:
  static constexpr int kLines = kernels::kStripRows / rows;  // of a strip

  /// One pixel of a channel's words.
  float number(const std::uint32_t* words, int width, int x, int row) const {
    if constexpr (rows == 2) {
      return std::bit_cast<float>(row == 0 ? words[x] << 16 : words[x] & 0xffff0000u);
    } else {
      const bool in_words = kernels_.order == kernels::BlazeLineOrder::Words;
      const auto* bytes = reinterpret_cast<const std::uint8_t*>(words);
      return static_cast<float>(bytes[in_words ? rows * x + row : row * width + x]);
    }
  }

  const BlazeFaceMap& map_of(int layer) const {
    return plan_.maps[static_cast<std::size_t>(layer)];
  }
  std::uint32_t* line(const BlazeFaceMap& map, int y) const { return memory_ + map.line(y, rows); }

  void run_stem(int y, const FrameView& picture) {
    kernels::BlazePackedStemStrip strip{};
    for (int i = 0; i < 11; i++) {
      const int row = 2 * y - 1 + i;
      strip.input[i] = row >= 0 && row < picture.height ? picture.row(row) : nullptr;
    }
    for (int i = 0; i < kLines; i++) strip.output[i] = line(map_of(0), y + rows * i);
    strip.width = map_of(0).width;
    strip.workspace = workspace_;
    kernels_.stem(packed_.stem_view(), strip);
  }

  void run_block(int layer, int y) {
    const auto block = packed_.block_view(static_cast<std::size_t>(layer - 1));
    const BlazeFaceMap &source = map_of(layer - 1), &target = map_of(layer);
    kernels::BlazePackedStrip strip{};
    const int first = block.stride == 1 ? y - rows : 2 * y;
    const int count = block.stride == 1 ? kLines + 2 : 2 * kLines + 1;
    for (int i = 0; i < count; i++) {
      const int row = first + rows * i;
      const bool is_inside = row >= 0 && row < source.width;
      strip.input[i] = is_inside ? line(source, row) : zeros_ + kernels::kRowSlack;
    }
    for (int i = 0; i < kLines; i++) strip.output[i] = line(target, y + rows * i);
    strip.width = target.width;
    strip.workspace = workspace_;
    kernels_.block(block, strip);
  }

  const Packed& packed_;
  const Kernels& kernels_;
  const BlazeFacePlan plan_ = plan_blazeface(rows);
  std::uint32_t* const memory_;
  std::uint32_t* const workspace_;
  std::uint32_t* const zeros_;
};

using BlazeFaceBf16Layers = BlazeFacePackedLayers<PackedBf16, kernels::BlazeBf16Kernels, 2>;
using BlazeFaceInt8Layers = BlazeFacePackedLayers<PackedInt8, kernels::BlazeInt8Kernels, 4>;

}  // namespace eyelid::networks
